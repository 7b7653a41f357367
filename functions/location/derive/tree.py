"""Packs a country's areas into a tree of quarters, as `src/subdivisions.rs` reads it.

A tree, from the square around the whole earth down. Numbers are varints of seven bits, the lowest
first. A node is one number and what follows it:
  0            four quarters: south-west, south-east, north-west, north-east
  1            the lengths of the first three quarters, then the four quarters
  2 + 2 x N    area N everywhere
  3 + 2 x N    N bytes of borders, cut to the square

A border: its number of points, the areas on its left and right, the first point, the others as
differences. Points are in steps from the square's corner in the south-west.
"""

import shapely

import areas
from areas import DEGREE, STEPS

# A square with at most so many points is not cut, unless it is larger than this, and none is cut
# into smaller ones than this.
POINTS, LARGEST, SMALLEST = 400, 1 << 12, 1 << 3
# A square without borders is cut where different areas are nearest to its corners, down to here,
# if land is nearer than this many degrees. Farther away no area is known.
EMPTY, SHORE = 1 << 5, 0.1
# The same where borders say everything.
EXACT_POINTS = 200
# Quarters of at most so many bytes are skipped by reading them.
SHORT = 48


def varint(number):
    data = bytearray()
    while number > 127:
        data.append(number & 127 | 128)
        number >>= 7
    data.append(number)
    return bytes(data)


def signed(number):
    return varint(number * 2 if number >= 0 else -number * 2 - 1)


def within(a, b, west, south, size):
    """The part of a segment in a square, on the grid; none where they do not meet."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    begin, end = 0.0, 1.0
    for step, distance in (
        (-dx, a[0] - west),
        (dx, west + size - a[0]),
        (-dy, a[1] - south),
        (dy, south + size - a[1]),
    ):
        if step == 0:
            if distance < 0:
                return None
        elif step < 0:
            begin = max(begin, distance / step)
        else:
            end = min(end, distance / step)
    if begin > end:
        return None
    start = a if begin == 0 else (round(a[0] + begin * dx), round(a[1] + begin * dy))
    stop = b if end == 1 else (round(a[0] + end * dx), round(a[1] + end * dy))
    return None if start == stop else (start, stop)


def cut(lines, west, south, size):
    """The parts of lines in a square."""
    parts = []
    for left, right, points in lines:
        xs, ys = [x for x, _ in points], [y for _, y in points]
        if max(xs) < west or min(xs) > west + size or max(ys) < south or min(ys) > south + size:
            continue
        if min(xs) >= west and max(xs) <= west + size and min(ys) >= south and max(ys) <= south + size:
            parts.append((left, right, points))
            continue
        part = []
        for a, b in zip(points, points[1:]):
            piece = within(a, b, west, south, size)
            if piece is None:
                continue
            if part and part[-1] == piece[0]:
                part.append(piece[1])
            else:
                if part:
                    parts.append((left, right, part))
                part = list(piece)
        if part:
            parts.append((left, right, part))
    return parts


class Nearest:
    """Which area a place belongs to: the one around it, else the nearest."""

    def __init__(self, country):
        self.labels, self.unknown, parts = [], len(country) - 1, []
        for label, polygons in enumerate(country.values()):
            for polygon in polygons:
                self.labels.append(label)
                parts.append(polygon.simplify(0.002))
        self.tree = shapely.STRtree(parts)

    def at(self, places):
        """The areas of places, and how far each of them is in degrees."""
        points = shapely.points([(x / DEGREE - 180, y / DEGREE - 180) for x, y in places])
        (found, parts), distances = self.tree.query_nearest(points, return_distance=True)
        near = {}
        for place, part, distance in zip(found, parts, distances):
            near[place] = min(near.get(place, (part, distance)), (part, distance))
        return [(self.labels[near[place][0]], near[place][1]) for place in range(len(places))]


def tree(lines, nearest, west=0, south=0, size=STEPS):
    """The bytes of a square."""
    lines = cut(lines, west, south, size)
    labels = {label for left, right, _ in lines for label in (left, right)}
    half = size // 2
    if len(labels) < 2:
        label = only(labels, nearest, west, south, size)
        if label is not None:
            return varint(2 + 2 * label)
    elif size <= SMALLEST or size <= LARGEST and sum(len(line[2]) for line in lines) <= POINTS:
        data = b"".join(border(*line, west, south) for line in lines)
        return varint(3 + 2 * len(data)) + data
    quarters = [
        tree(lines, nearest, west + x, south + y, half) for y in (0, half) for x in (0, half)
    ]
    if sum(len(quarter) for quarter in quarters[:3]) <= SHORT:
        return varint(0) + b"".join(quarters)
    lengths = b"".join(varint(len(quarter)) for quarter in quarters[:3])
    return varint(1) + lengths + b"".join(quarters)


def only(labels, nearest, west, south, size):
    """The one area of a square without borders between areas; none if it has to be cut."""
    half = size // 2
    ends = ((half, half), (0, 0), (size, 0), (0, size), (size, size))
    near = nearest.at([(west + x, south + y) for x, y in ends])
    if not labels and near[0][1] > SHORE + size * 0.75 / DEGREE:
        return nearest.unknown
    if len(labels | {label for label, _ in near}) == 1 or size <= EMPTY:
        return min(labels) if labels else near[0][0]
    return None


def border(left, right, points, west, south):
    data = varint(len(points)) + varint(left) + varint(right)
    x, y = west, south
    for number, (to_x, to_y) in enumerate(points):
        write = signed if number else varint
        data += write(to_x - x) + write(to_y - y)
        x, y = to_x, to_y
    return data


def pack(country):
    """The tree of a country's areas."""
    return tree(areas.chains(country), Nearest(country))


def exact(lines, whole, size, west=0, south=0):
    """The bytes of a square whose borders say everything."""
    lines = cut(lines, west, south, size)
    half = size // 2
    if not lines:
        return varint(2 + 2 * whole.at(west + half, south + half))
    if size <= SMALLEST or sum(len(line[2]) for line in lines) <= EXACT_POINTS:
        data = b"".join(border(*line, west, south) for line in lines)
        return varint(3 + 2 * len(data)) + data
    quarters = [
        exact(lines, whole, half, west + x, south + y) for y in (0, half) for x in (0, half)
    ]
    if sum(len(quarter) for quarter in quarters[:3]) <= SHORT:
        return varint(0) + b"".join(quarters)
    lengths = b"".join(varint(len(quarter)) for quarter in quarters[:3])
    return varint(1) + lengths + b"".join(quarters)
