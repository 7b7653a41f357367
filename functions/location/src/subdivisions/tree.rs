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
    #[inline]
    fn number(&mut self) -> Option<usize> {
        let (first, rest) = self.0.split_first()?;
        if *first < 128 {
            self.0 = rest;
            return Some(usize::from(*first));
        }
        if let [low, high @ ..128, rest @ ..] = self.0 {
            self.0 = rest;
            return Some(usize::from(low & 127) | usize::from(*high) << 7);
        }
        self.long_number()
    }

    fn long_number(&mut self) -> Option<usize> {
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

    fn unsigned(&mut self) -> Option<i32> {
        self.number().and_then(|number| i32::try_from(number).ok())
    }

    /// Two differences. Nearly all of them take a byte each.
    #[inline]
    fn differences(&mut self) -> Option<(i32, i32)> {
        if let [one, other, rest @ ..] = self.0
            && (one | other) < 128
        {
            self.0 = rest;
            return Some((signed(u32::from(*one)), signed(u32::from(*other))));
        }
        let mut next = || self.number().and_then(|number| u32::try_from(number).ok()).map(signed);
        Some((next()?, next()?))
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

/// A difference: the lowest bit is its sign.
#[inline]
fn signed(number: u32) -> i32 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

/// The columns and rows that a segment must reach to be as near as the nearest so far. Nearly all
/// segments are passed over by this.
struct Window {
    columns: (i32, i32),
    rows: (i32, i32),
}

/// The area at a point of a square with borders. Its east-west distances are squeezed, so that
/// near means the same in all directions.
fn nearest(borders: &[u8], x: f64, y: f64, squeeze: f64) -> Option<usize> {
    let mut reader = Reader(borders);
    let mut best: Option<Near> = None;
    let mut window = Window::ALL;
    // Whole numbers, so that an end that borders share is at the same distance in each.
    let seen = |(column, row)| ((f64::from(column) - x) * squeeze, f64::from(row) - y);
    while !reader.0.is_empty() {
        let (points, left, right) = (reader.number()?, reader.number()?, reader.number()?);
        let mut from = (reader.unsigned()?, reader.unsigned()?);
        for _ in 1..points {
            let (along, across) = reader.differences()?;
            let to = (from.0.wrapping_add(along), from.1.wrapping_add(across));
            if window.may_have(from, to) {
                let near = Near::of(seen(from), seen(to), left, right);
                if best.as_ref().is_none_or(|best| near.is_better(best)) {
                    window = Window::around(x, y, near.square.sqrt(), squeeze);
                    best = Some(near);
                }
            }
            from = to;
        }
    }
    best.map(|near| near.area)
}

impl Window {
    const ALL: Self = Self { columns: (i32::MIN, i32::MAX), rows: (i32::MIN, i32::MAX) };

    /// A little larger than needed, whatever was rounded.
    #[expect(clippy::cast_possible_truncation, reason = "what is beyond i32 is cut to its ends")]
    fn around(x: f64, y: f64, reach: f64, squeeze: f64) -> Self {
        let span = |at: f64, reach: f64| {
            (((at - reach) as i32).saturating_sub(1), ((at + reach) as i32).saturating_add(1))
        };
        Self { columns: span(x, reach / squeeze), rows: span(y, reach) }
    }

    #[inline]
    fn may_have(&self, from: (i32, i32), to: (i32, i32)) -> bool {
        let meets = |one: i32, other: i32, (low, high): (i32, i32)| {
            !((one < low && other < low) || (one > high && other > high))
        };
        meets(from.1, to.1, self.rows) && meets(from.0, to.0, self.columns)
    }
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
