"""Which countries and subdivisions are where: OpenStreetMap's boundaries as `country-boundaries` has
them, packed into one tree of quarters (see `tree.py`), which needs no reading at start.

The file, numbers little-endian: how many areas there are (2 bytes); where the text of each begins
and the last one ends (2 each); the texts, the codes of an area with commas between them, the
smallest first; the tree. Area 0 is the sea.
"""

import collections
import math
import pathlib
import struct

import numpy
import shapely

import areas
import tree

# Steps of the grid around the earth: about 153 metres each at the equator.
STEPS = 1 << 18
DEGREE = STEPS / 360
# How far a simplified border may be from the library's, in metres: on land, and out at sea.
LAND, SEA = 60, 300
# The library's cells, and the steps within one.
CELL, INSIDE = 6, 0xFFFF


class Library:
    """The library's file: the areas of each cell, with their rings in degrees."""

    def __init__(self, path):
        self.data, self.at = pathlib.Path(path).read_bytes(), 0
        if self.number(2) != 2:
            raise ValueError("another version of the library's file")
        self.sizes = {self.text(): self.take(">d")[0] for _ in range(self.number(4))}
        self.width = self.number(4)
        self.cells = [self.cell(place) for place in range(self.number(4))]

    def take(self, form):
        found = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return found

    def number(self, length):
        return self.take({1: ">B", 2: ">H", 4: ">I"}[length])[0]

    def text(self):
        return self.take(f"{self.number(2)}s")[0].decode()

    def cell(self, place):
        south = 90 - CELL * (place // self.width + 1)
        west = CELL * (place % self.width) - 180
        whole = [self.text() for _ in range(self.number(1))]
        parts = []
        for _ in range(self.number(1)):
            code = self.text()
            outer, inner = self.rings(west, south), self.rings(west, south)
            parts.append((code, outer, inner))
        return whole, parts

    def rings(self, west, south):
        rings = []
        for _ in range(self.number(1)):
            count = self.number(4)
            points = numpy.array(self.take(f">{2 * count}H"), dtype=float).reshape(-1, 2)
            rings.append(points * (CELL / INSIDE) + (west, south))
        return [ring for ring in rings if len(ring) > 2]

    def codes(self):
        """For each cell a function that says which codes a point has, the smallest first."""
        return [self.codes_of(*cell) for cell in self.cells]

    def codes_of(self, whole, parts):
        shapes = []
        for code, outer, inner in parts:
            polygons = [[shapely.Polygon(ring) for ring in rings] for rings in (outer, inner)]
            for ring in polygons[0] + polygons[1]:
                shapely.prepare(ring)
            shapes.append((code, *polygons))

        def at(x, y):
            count = lambda rings: sum(shapely.contains_xy(ring, x, y) for ring in rings)
            found = [code for code, outer, inner in shapes if count(outer) > count(inner)]
            return ",".join(sorted(found + whole, key=lambda code: self.sizes.get(code, 0.0)))

        return at


def steps(points):
    return numpy.round((points + 180) * DEGREE)


def faces(library):
    """The parts of the earth between all lines, with the codes of each."""
    rows = len(library.cells) // library.width
    lines = [steps(numpy.array(line, dtype=float)) for line in box_lines(library.width, rows)]
    for _, parts in library.cells:
        for _, outer, inner in parts:
            lines += [steps(numpy.vstack([ring, ring[:1]])) for ring in outer + inner]
    noded = shapely.union_all([shapely.LineString(line) for line in lines], grid_size=1)
    found = shapely.get_parts(shapely.polygonize(list(noded.geoms)))
    codes = library.codes()
    for face in found:
        point = face.representative_point()
        x, y = point.x / DEGREE - 180, point.y / DEGREE - 180
        row = min(rows - 1, max(0, math.ceil((90 - y) / CELL) - 1))
        column = min(library.width - 1, max(0, int((x + 180) // CELL)))
        yield codes[row * library.width + column](x, y), face


def box_lines(columns, rows):
    for column in range(columns + 1):
        x = column * CELL - 180
        yield [(x, row * CELL - 90) for row in range(rows + 1)]
    for row in range(rows + 1):
        y = row * CELL - 90
        yield [(column * CELL - 180, y) for column in range(columns + 1)]


def borders(shapes):
    """The lines between faces with different labels: (left, right, points)."""
    sides = collections.defaultdict(lambda: [0, 0])
    for label, face in shapes:
        face = shapely.geometry.polygon.orient(face)
        for ring in [face.exterior, *face.interiors]:
            points = [(int(x), int(y)) for x, y in ring.coords]
            for a, b in zip(points, points[1:]):
                sides[min(a, b), max(a, b)][0 if a < b else 1] = label
    different = {
        edge: tuple(pair) for edge, pair in sides.items() if pair[0] != pair[1] and not is_end(*edge)
    }
    return [
        (left, right, simplified)
        for left, right, points in areas.joined(different)
        if len(simplified := simplify(points, LAND if left and right else SEA)) > 1
    ]


def is_end(a, b):
    """Whether a line is where the map ends, which is no border."""
    ends = [{round((degrees + 180) * DEGREE) for degrees in pair} for pair in ((-180, 180), (-90, 90))]
    return any(a[axis] == b[axis] and a[axis] in ends[axis] for axis in (0, 1))


def simplify(points, metres):
    squeeze = math.cos(math.radians(sum(y for _, y in points) / len(points) / DEGREE - 180))
    if points[0] == points[-1] and len(points) < 6:
        return points
    squeezed = shapely.LineString([(x * squeeze, y) for x, y in points])
    kept = squeezed.simplify(metres / areas.METRES * DEGREE, preserve_topology=True).coords
    return [(round(x / squeeze), round(y)) for x, y in kept]


class Whole:
    """Which area a place is in."""

    def __init__(self, shapes):
        self.labels = [label for label, _ in shapes]
        self.tree = shapely.STRtree([face for _, face in shapes])

    def at(self, x, y):
        found = self.tree.query(shapely.Point(x + 0.25, y + 0.25), predicate="intersects")
        return min((self.labels[face] for face in found), default=0)


def pack(path):
    """The bytes of the file."""
    named = list(faces(Library(path)))
    names = ["", *sorted({codes for codes, _ in named if codes})]
    shapes = [(names.index(codes), face) for codes, face in named]
    lines = borders(shapes)
    texts = [name.encode() for name in names]
    ends = [sum(map(len, texts[:place])) for place in range(len(texts) + 1)]
    head = struct.pack(f"<{len(ends) + 1}H", len(texts), *ends)
    return head + b"".join(texts) + tree.exact(lines, Whole(shapes), STEPS)

