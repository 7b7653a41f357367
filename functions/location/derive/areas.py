"""The areas of all countries: Natural Earth's shapes under the codes of ISO 3166-2 of today."""

import collections
import json
import math
import pathlib

import shapely
import shapely.affinity
from shapely.geometry import shape

# Steps of the grid that all points are rounded to, around the equator: about 306 metres each.
STEPS = 1 << 17
DEGREE = STEPS / 360
# How far a simplified border may be from the original one: between areas, and elsewhere, where a
# border only says which area is nearest. Metres.
INNER, OUTER = 900, 8000
# The same as a share of a country's width, where that is less.
SHARE = 0.005
METRES = 111_195
# How large an island is that only has a place, in degrees.
ISLAND = 0.03
# How far from a town its subdivision reaches at most where no shape says so, in degrees.
AROUND = 1.0
# How far from a shape a town may be to be in it, in degrees: shapes of coasts are not exact.
NEAR = 0.03
# An area that is several subdivisions today, or none: the nearest town says which is where. Where
# no town is near, it cannot be known.
UNKNOWN = "?"
# The same of all such areas of a country together.
WRONG = "!"
# A shape that is no subdivision: the nearest ones share its place.
LEFT_OUT = "-"
# These have their subdivisions in `country-boundaries`, whose borders are nearer to the truth.
IN_THE_LIBRARY = {"AU", "CA", "CN", "GB", "IN", "US"}


# Whose land an area is that Natural Earth counts to no country.
OWNERS = {"SOL+00?": "SO"}


def codes(table):
    """The code of each of Natural Earth's areas."""
    lines = pathlib.Path(table).read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t")[:2] for line in lines if not line.startswith("#"))


def islands(table):
    """The subdivisions of areas that are islands of several ones, and where these are."""
    known = collections.defaultdict(list)
    for line in pathlib.Path(table).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            area, lat, lng, code = line.split("\t")
            known[area].append((code, shapely.Point(float(lng), float(lat))))
    return known


def by_towns(polygons, towns):
    """Shapes that are no subdivisions today, cut by the subdivision of the nearest town."""
    whole = shapely.union_all([polygon.buffer(0) for polygon in polygons])
    near = [(x, y, code) for x, y, code in towns if whole.distance(shapely.Point(x, y)) < NEAR]
    places = {(x, y): code for x, y, code in near}
    points = shapely.MultiPoint(sorted(places))
    cells = shapely.voronoi_polygons(points, extend_to=whole.envelope) if len(places) > 1 else None
    shapes = collections.defaultdict(list)
    for cell in getattr(cells, "geoms", [whole]):
        inside = [place for place in places if cell.intersects(shapely.Point(place))]
        for place in inside[:1]:
            reach = shapely.Point(place).buffer(AROUND)
            shapes[places[place]].append(cell.intersection(whole).intersection(reach))
    merged = {code: shapely.union_all(parts) for code, parts in sorted(shapes.items())}
    merged[UNKNOWN] = whole.difference(shapely.union_all(list(merged.values())))
    return {
        code: [part for part in getattr(area, "geoms", [area]) if part.geom_type == "Polygon"]
        for code, area in merged.items()
        if not area.is_empty
    }


def with_cities(areas, cities):
    """Shapes with cities cut out of them that are subdivisions of their own."""
    for code, city in cities:
        for other, parts in list(areas.items()):
            if other != code and any(part.intersects(city) for part in parts):
                whole = shapely.union_all([part.buffer(0) for part in parts])
                areas[code] = areas.get(code, []) + polygons_of(whole.intersection(city))
                areas[other] = polygons_of(whole.difference(city))
    return areas


def polygons_of(area):
    parts = getattr(area, "geoms", [area])
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def seats(table):
    """Seats of subdivisions by country, as towns are; and cities with what is around them."""
    places, cities = collections.defaultdict(list), collections.defaultdict(list)
    for line in pathlib.Path(table).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, lat, lng, distance, _ = line.split("\t")
        place = shapely.Point(float(lng), float(lat))
        if distance:
            around = place.buffer(float(distance) * 1000 / METRES, quad_segs=4)
            squeeze = math.cos(math.radians(place.y))
            wide = shapely.affinity.scale(around, xfact=1 / squeeze, origin=place)
            cities[code[:2]].append((code, wide))
        else:
            places[code[:2]].append((place.x, place.y, code))
    return places, cities


def read(folder, tables, towns, parents):
    """For each country: the polygons of each of its codes, and last what cannot be known."""
    known, known_islands = codes(tables / "codes.tsv"), islands(tables / "islands.tsv")
    own_seats, cities = seats(tables / "seats.tsv")
    changed, together = [], collections.defaultdict(list)
    countries = collections.defaultdict(lambda: collections.defaultdict(list))
    for file in sorted(pathlib.Path(folder).glob("*.json")):
        if ".topo." in file.name or file.name.startswith(("world", "testing", "_nul")):
            continue
        for feature in json.loads(file.read_text(encoding="utf-8"))["features"]:
            properties = feature["properties"]
            area = properties.get("adm1_code")
            code, country = known.get(area, LEFT_OUT), OWNERS.get(area, properties.get("iso_a2"))
            if code != LEFT_OUT and feature["geometry"]:
                geometry = shape(feature["geometry"])
                parts = getattr(geometry, "geoms", [geometry])
                own = known_islands.get(area, ())
                if code == WRONG:
                    together[country].extend(parts)
                    continue
                if code == UNKNOWN and not own:
                    changed.append((country, parts))
                    continue
                for part in parts:
                    near = min(own, key=lambda one: one[1].distance(part), default=(code,))
                    countries[country][near[0]].append(part)
                for island, place in own:
                    around = place.buffer(ISLAND, quad_segs=2)
                    countries[country][island].append(around)
    for country, polygons in [*changed, *together.items()]:
        near = [*towns.get(country, ()), *own_seats.get(country, ())]
        upper = {parents.get(code) for *_, code in near}
        near = [town for town in near if town[2] not in upper]
        for code, parts in by_towns(polygons, near).items():
            countries[country][code].extend(parts)
    countries = {
        country: with_cities(areas, cities.get(country, ())) for country, areas in countries.items()
    }
    return {
        country: {code: parts for code, parts in areas.items() if code != UNKNOWN and parts}
        | {UNKNOWN: areas.get(UNKNOWN, [])}
        for country, areas in sorted(countries.items())
        if country not in IN_THE_LIBRARY and set(areas) - {UNKNOWN}
    }


def chains(areas):
    """The borders of a country's areas: (left, right, points). What has the same area on both
    sides is the border to the sea or to another country, and says which area is nearest."""
    edges = collections.defaultdict(list)
    for label, polygons in enumerate(areas.values()):
        for polygon in polygons:
            polygon = shapely.geometry.polygon.orient(polygon)
            for ring in [polygon.exterior, *polygon.interiors]:
                points = [(round(x, 5), round(y, 5)) for x, y, *_ in ring.coords]
                for a, b in zip(points, points[1:]):
                    if a != b:
                        edges[min(a, b), max(a, b)].append((label, a < b))
    # For each edge the area on its left and on its right, seen from its smaller end.
    sides = {}
    for edge, users in edges.items():
        left = sorted({label for label, forward in users if forward})
        right = sorted({label for label, forward in users if not forward})
        if left and right:
            if left[0] != right[0]:
                sides[edge] = left[0], right[0]
        else:
            sides[edge] = ((left or right)[0],) * 2
    width = max(max(a[0], b[0]) for a, b in sides) - min(min(a[0], b[0]) for a, b in sides)
    inner = min(INNER, width * METRES * SHARE)
    return [
        (left, right, simplified)
        for left, right, points in joined(sides)
        if len(simplified := simplify(points, inner if left != right else OUTER)) > 1
    ]


def joined(sides):
    """Edges with the same areas on the same sides, joined into lines."""
    at = collections.defaultdict(list)
    for a, b in sides:
        at[a].append(b)
        at[b].append(a)

    def areas_of(a, b):
        left, right = sides[min(a, b), max(a, b)]
        return (left, right) if a < b else (right, left)

    def is_inner(point):
        ends = at[point]
        return len(ends) == 2 and areas_of(ends[0], point) == areas_of(point, ends[1])

    done = set()

    def line(a, b):
        points = [a, b]
        done.add((min(a, b), max(a, b)))
        while is_inner(b) and b != points[0]:
            first, second = at[b]
            a, b = b, second if first == a else first
            done.add((min(a, b), max(a, b)))
            points.append(b)
        return (*areas_of(points[0], points[1]), points)

    for start in sorted(at):
        if not is_inner(start):
            for end in sorted(at[start]):
                if (min(start, end), max(start, end)) not in done:
                    yield line(start, end)
    for a, b in sorted(sides):
        if (a, b) not in done:
            yield line(a, b)


def simplify(points, metres):
    """Fewer points, on the grid. A ring keeps its extent, so that no island is lost."""
    squeeze = math.cos(math.radians(sum(y for _, y in points) / len(points)))
    squeezed = shapely.LineString([(x * squeeze, y) for x, y in points])
    tolerance = metres / METRES
    if points[0] == points[-1]:
        extent = max(squeezed.bounds[2] - squeezed.bounds[0], squeezed.bounds[3] - squeezed.bounds[1])
        tolerance = min(tolerance, extent / 4)
    kept = squeezed.simplify(tolerance, preserve_topology=False).coords
    grid = []
    for x, y in kept:
        point = (round((x / squeeze + 180) * DEGREE), round((y + 180) * DEGREE))
        if not grid or grid[-1] != point:
            grid.append(point)
    return grid
