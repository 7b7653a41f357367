//! Finds the area of a point in a tree of quarters. `derive/tree.py` writes it, and says how.

use shared::point::Point;

/// The grid to whose points all borders are rounded.
#[derive(Clone, Copy)]
pub(crate) struct Grid {
    /// Steps around the earth.
    steps: f64,
}

impl Grid {
    pub(crate) const fn of(steps: u32) -> Self {
        Self { steps: steps as f64 }
    }
}

/// What a node is; greater numbers are an area or borders, by their lowest bit.
const SHORT: usize = 0;
const LONG: usize = 1;
const KINDS: usize = 2;

/// Bytes that are read from their beginning.
struct Reader<'a>(&'a [u8]);

/// The number of the area that has a point, or that is the nearest.
pub(crate) fn area(tree: &[u8], Grid { steps }: Grid, point: Point) -> Option<usize> {
    let of_grid = |degrees: f64| (degrees + 180.0) / 360.0 * steps;
    let (mut x, mut y) = (of_grid(point.lng), of_grid(point.lat));
    let mut size = steps;
    let mut reader = Reader(tree);
    loop {
        let node = reader.number()?;
        if node >= KINDS {
            let value = (node - KINDS) / 2;
            return match node % 2 {
                0 => Some(value),
                _ => nearest(reader.0.get(..value)?, x, y, squeeze(point)),
            };
        }
        size /= 2.0;
        let (east, north) = (x >= size, y >= size);
        x -= if east { size } else { 0.0 };
        y -= if north { size } else { 0.0 };
        reader.quarter(node, usize::from(north) * 2 + usize::from(east))?;
    }
}

/// How much shorter a degree of longitude is than one of latitude; not nothing at the poles, where
/// all borders would be at the same place.
fn squeeze(point: Point) -> f64 {
    point.lat.to_radians().cos().max(0.01)
}

impl Reader<'_> {
    fn number(&mut self) -> Option<usize> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= usize::from(first & 127).checked_shl(shift)?;
            if *first < 128 {
                return Some(number);
            }
            shift += 7;
        }
    }

    fn unsigned(&mut self) -> Option<f64> {
        self.number().and_then(|number| u32::try_from(number).ok()).map(f64::from)
    }

    /// A difference: the lowest bit is its sign.
    fn signed(&mut self) -> Option<f64> {
        let number = self.number()?;
        let size = f64::from(u32::try_from(number.div_ceil(2)).ok()?);
        Some(if number % 2 == 0 { size } else { -size })
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.get(bytes..)?;
        Some(())
    }

    /// Goes to one of the four quarters of a node.
    fn quarter(&mut self, node: usize, quarter: usize) -> Option<()> {
        if node == LONG {
            let lengths = [self.number()?, self.number()?, self.number()?];
            return self.skip(lengths.iter().take(quarter).sum());
        }
        self.pass(quarter)
    }

    /// Passes over some nodes with everything in them.
    fn pass(&mut self, nodes: usize) -> Option<()> {
        let mut open = nodes;
        while open > 0 {
            open -= 1;
            match self.number()? {
                SHORT => open += 4,
                LONG => {
                    let lengths = [self.number()?, self.number()?, self.number()?];
                    self.skip(lengths.iter().sum())?;
                    open += 1;
                }
                node if node % 2 == 1 => self.skip((node - KINDS) / 2)?,
                _ => (),
            }
        }
        Some(())
    }
}

/// How near a border is, and the area on the side of it where the point is.
struct Near {
    square: f64,
    /// How well the nearest segment faces the point, where its end is the nearest point of it: of
    /// several that meet there, the one with the smallest angle has the right side.
    facing: f64,
    area: usize,
}

/// The area at a point of a square with borders. Its east-west distances are squeezed, so that
/// near means the same in all directions.
fn nearest(borders: &[u8], x: f64, y: f64, squeeze: f64) -> Option<usize> {
    let mut reader = Reader(borders);
    let mut best: Option<Near> = None;
    while !reader.0.is_empty() {
        let (points, left, right) = (reader.number()?, reader.number()?, reader.number()?);
        // Whole numbers, so that an end that borders share is at the same distance in each.
        let (mut column, mut row) = (reader.unsigned()?, reader.unsigned()?);
        let mut from = ((column - x) * squeeze, row - y);
        for _ in 1..points {
            column += reader.signed()?;
            row += reader.signed()?;
            let to = ((column - x) * squeeze, row - y);
            let near = Near::of(from, to, left, right);
            if best.as_ref().is_none_or(|best| near.is_better(best)) {
                best = Some(near);
            }
            from = to;
        }
    }
    best.map(|near| near.area)
}

impl Near {
    /// A segment as seen from the point.
    fn of(from: (f64, f64), to: (f64, f64), left: usize, right: usize) -> Self {
        let (along, across) = (to.0 - from.0, to.1 - from.1);
        let length = along * along + across * across;
        let done = -(from.0 * along + from.1 * across);
        // Negative where the point is on the left.
        let side = from.1 * along - from.0 * across;
        let area = if side <= 0.0 { left } else { right };
        let square = |end: (f64, f64)| end.0 * end.0 + end.1 * end.1;
        if done <= 0.0 {
            Self { square: square(from), facing: done / length.sqrt(), area }
        } else if done >= length {
            Self { square: square(to), facing: (length - done) / length.sqrt(), area }
        } else {
            Self { square: side * side / length, facing: 0.0, area }
        }
    }

    fn is_better(&self, other: &Self) -> bool {
        let nearer = self.square.total_cmp(&other.square);
        nearer.then_with(|| other.facing.total_cmp(&self.facing)).is_lt()
    }
}
