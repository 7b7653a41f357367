"""Reads the files in `data/` as the function does, for the map."""

import math
import pathlib
import struct

import tree
import world

DATA = pathlib.Path(__file__).parent.parent / "data"
SUBDIVISIONS = 1 << 17


class Tree:
    """A tree of quarters and its grid."""

    def __init__(self, data, steps):
        self.data, self.steps = data, steps

    def number(self, at):
        number = shift = 0
        while True:
            byte = self.data[at]
            number, shift, at = number | (byte & 127) << shift, shift + 7, at + 1
            if byte < 128:
                return number, at

    def lines(self, at, end):
        """The borders of a leaf: left, right and points, in steps of its square."""
        while at < end:
            count, at = self.number(at)
            left, at = self.number(at)
            right, at = self.number(at)
            x, at = self.number(at)
            y, at = self.number(at)
            points = [(x, y)]
            for _ in range(count - 1):
                for axis in (0, 1):
                    number, at = self.number(at)
                    step = -(number + 1) // 2 if number % 2 else number // 2
                    x, y = (x + step, y) if axis == 0 else (x, y + step)
                points.append((x, y))
            yield left, right, points

    def leaves(self, at=0, west=0, south=0, size=None):
        """All squares: what each has, its corner and size. Gives back where the tree ends."""
        size = size or self.steps
        node, at = self.number(at)
        if node >= 2:
            value = (node - 2) // 2
            if node % 2 == 0:
                yield value, None, west, south, size
                return at
            yield None, list(self.lines(at, at + value)), west, south, size
            return at + value
        for _ in range(3 if node == 1 else 0):
            _, at = self.number(at)
        half = size // 2
        for y in (0, half):
            for x in (0, half):
                at = yield from self.leaves(at, west + x, south + y, half)
        return at


class Places:
    """Finds the areas of many places: the squares of a tree by their corner."""

    def __init__(self, data, steps):
        self.steps = steps
        leaves = Tree(data, steps).leaves() if data else ()
        self.squares = {(west, south, size): (area, lines) for area, lines, west, south, size in leaves}

    def at(self, lat, lng):
        x, y = ((degrees + 180) / 360 * self.steps for degrees in (lng, lat))
        size = self.steps
        while size:
            west, south = (int(value // size) * size for value in (x, y))
            if (west, south, size) in self.squares:
                area, lines = self.squares[west, south, size]
                return area if lines is None else nearest(lines, x - west, y - south, lat)
            size //= 2
        return None


def nearest(lines, x, y, lat):
    squeeze = max(0.01, math.cos(math.radians(lat)))
    best = (math.inf, 0, None)
    for left, right, points in lines:
        for (ax, ay), (bx, by) in zip(points, points[1:]):
            ax, bx, ay, by = (ax - x) * squeeze, (bx - x) * squeeze, ay - y, by - y
            along, across = bx - ax, by - ay
            length, done = along**2 + across**2, -(ax * along + ay * across)
            side = ay * along - ax * across
            area = left if side <= 0 else right
            if length == 0:
                continue
            if done <= 0:
                found = ax**2 + ay**2, -done / math.sqrt(length), area
            elif done >= length:
                found = bx**2 + by**2, (done - length) / math.sqrt(length), area
            else:
                found = side**2 / length, 0, area
            best = min(best, found, key=lambda one: one[:2])
    return best[2]


def boundaries():
    """The texts of the areas, and their tree."""
    data = (DATA / "boundaries.bin").read_bytes()
    (count,) = struct.unpack_from("<H", data)
    ends = struct.unpack_from(f"<{count + 1}H", data, 2)
    begin = 2 + 2 * len(ends)
    texts = [data[begin + a : begin + b].decode() for a, b in zip(ends, ends[1:])]
    return texts, data[begin + ends[-1] :]


def subdivisions():
    """By country: the codes of its areas, the number of what each is part of, its tree."""
    data = (DATA / "subdivisions.bin").read_bytes()
    (count,) = struct.unpack_from("<H", data)
    entries = [struct.unpack_from("<2sHI", data, 2 + 8 * place) for place in range(count + 1)]
    codes_at = 2 + 8 * (count + 1)
    total = entries[-1][1]
    code = lambda area: data[codes_at + 6 * area : codes_at + 6 * area + 6].decode().strip()
    parents, trees = codes_at + 6 * total, codes_at + 7 * total
    return {
        entry[0].decode(): (
            [code(area) for area in range(entry[1], after[1])],
            list(data[parents + entry[1] : parents + after[1]]),
            data[trees + entry[2] : trees + after[2]],
        )
        for entry, after in zip(entries, entries[1:])
    }
