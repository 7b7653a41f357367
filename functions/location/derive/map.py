"""Draws the map of the documentation from the files in `data/`, and writes its page with figures per
country: `functions/docs/site/regions.svg` and `regions.html`."""

import collections
import html
import pathlib
import re
import sys

import shapely

import names
import shipped
import world

HERE = pathlib.Path(__file__).parent
TESTS = HERE.parent / "tests"
# Height and width of the map's cells in degrees, and what a degree is in the picture.
CELL, SCALE = 0.5, 1
# How far lines may be from the borders, in degrees, and the shortest that is drawn.
TOLERANCE, SHORTEST = 0.3, 1
SOUTH, NORTH = -60, 84
# The codes of today of what the boundaries have under other names.
RENAMED = dict(re.findall(r'\("([A-Z0-9-]+)", "([A-Z-]+)"\)', (HERE.parent / "src/boundaries.rs").read_text(encoding="utf-8")))
COLOURS = {"known": "#bfd8c2", "none": "#d9d9d9", "unknown": "#f0c48a"}


def cells():
    """For each status the rows of cells that have it: west, north, width."""
    texts, data = shipped.boundaries()
    texts = [",".join(RENAMED.get(code, code) for code in text.split(",")) for text in texts]
    countries = shipped.subdivisions()
    world_tree = shipped.Places(data, world.STEPS)
    trees = {
        code: shipped.Places(tree, shipped.SUBDIVISIONS) for code, (_, _, tree) in countries.items()
    }

    def status(lat, lng):
        ids = texts[world_tree.at(lat, lng) or 0].split(",")
        country = next((code for code in ids if len(code) == 2), ids[0][:2])
        if not country:
            return None
        codes = countries.get(country, ([], [], b""))[0]
        if any(code in codes for code in ids):
            return "known"
        area = trees[country].at(lat, lng) if country in trees else None
        if area is not None and codes[area] != "?":
            return "known"
        return "unknown" if codes else "none"

    runs = collections.defaultdict(list)
    rows, columns = round((NORTH - SOUTH) / CELL), round(360 / CELL)
    for row in range(rows):
        north = NORTH - row * CELL
        line = [status(north - CELL / 2, CELL * (column + 0.5) - 180) for column in range(columns)]
        begin = 0
        for column in range(1, columns + 1):
            if column == columns or line[column] != line[begin]:
                if line[begin]:
                    runs[line[begin]].append((begin * CELL - 180, north, (column - begin) * CELL))
                begin = column
    return runs


def lines(data, steps, wanted):
    """The borders in a tree, as few long ones."""
    parts = []
    for _, borders, west, south, _ in shipped.Tree(data, steps).leaves():
        for left, right, points in borders or ():
            if left != right and wanted(left, right):
                parts.append([(west + x, south + y) for x, y in points])
    merged = shapely.line_merge(shapely.MultiLineString(parts)) if parts else shapely.MultiLineString()
    for line in getattr(merged, "geoms", [merged]):
        degrees = [(x * 360 / steps - 180, y * 360 / steps - 180) for x, y in line.coords]
        kept = shapely.LineString(degrees).simplify(TOLERANCE)
        if kept.length > SHORTEST:
            yield list(kept.coords)


def path(points):
    """Moves to the first point and draws to the others, in tenths of the picture's units."""
    grid = [(round((x + 180) * SCALE * 10), round((NORTH - y) * SCALE * 10)) for x, y in points]
    steps = [f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in zip(grid, grid[1:]) if a != b]
    return f"M{grid[0][0]} {grid[0][1]}l{' '.join(steps)}".replace(" -", "-") if steps else ""


def drawn():
    texts, data = shipped.boundaries()
    country = [text.split(",")[-1] for text in texts]
    countries = list(lines(data, world.STEPS, lambda left, right: country[left] != country[right]))
    within = list(lines(data, world.STEPS, lambda left, right: country[left] == country[right]))
    for codes, _, tree in shipped.subdivisions().values():
        if tree:
            within += lines(tree, shipped.SUBDIVISIONS, lambda left, right: True)
    width, height = 360 * SCALE * 10, (NORTH - SOUTH) * SCALE * 10
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
    svg += "<title>Where a subdivision is known</title>"
    svg += f'<path fill="#eef3f8" d="M0 0h{width}v{height}H0z"/>'
    side = round(CELL * SCALE * 10)
    for status, runs in sorted(cells().items()):
        boxes = "".join(
            f"M{round((x + 180) * SCALE * 10)} {round((NORTH - y) * SCALE * 10)}"
            f"h{round(length * SCALE * 10)}v{side}h-{round(length * SCALE * 10)}z"
            for x, y, length in runs
        )
        svg += f'<path fill="{COLOURS[status]}" d="{boxes}"/>'
    for strokes, colour, thickness in ((within, "#7d9a80", 1), (countries, "#444", 2)):
        d = "".join(filter(None, map(path, strokes)))
        svg += f'<path fill="none" stroke="{colour}" stroke-width="{thickness}" d="{d}"/>'
    return svg + "</svg>\n"


def figures(keshvar):
    """For each country: code, name, listed, with a shape, levels, towns, towns elsewhere."""
    towns, elsewhere = collections.Counter(), collections.Counter()
    for line in (TESTS / "towns.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            towns[line.split("\t")[3]] += 1
    for line in (TESTS / "elsewhere.txt").read_text(encoding="utf-8").splitlines()[1:]:
        elsewhere[re.search(r" ([A-Z]{2})-[^ ]*: ", line)[1]] += 1
    texts, _ = shipped.boundaries()
    by_library = {RENAMED.get(code, code) for text in texts for code in text.split(",")}
    for country, (codes, parents, tree) in shipped.subdivisions().items():
        upper = {codes[parent - 1] for parent in parents if parent}
        lowest = [code for code in codes if code not in upper and code != "?"]
        in_tree = codes.index("?") if "?" in codes else 0
        shown = [code for code in lowest if codes.index(code) < in_tree or code in by_library]
        name = names.of_country(keshvar, country)
        yield country, name, len(lowest), len(shown), len(upper), towns[country], elsewhere[country]


def page(keshvar):
    rows = list(figures(keshvar))
    total = (TESTS / "elsewhere.txt").read_text(encoding="utf-8").splitlines()[0]
    country, known, right = (pair.split(" of ") for pair in total.split(", "))
    share = lambda pair: f"{100 * int(pair[0]) / int(pair[1]):.1f} %"
    body = "\n".join(
        f"<tr><td>{code}</td><td>{html.escape(name)}</td>" + "".join(f"<td>{one}</td>" for one in numbers) + "</tr>"
        for code, name, *numbers in rows
    )
    every = sum(len(codes) for codes, _, _ in shipped.subdivisions().values())
    languages = "\n".join(
        f"<tr><td>{tag}</td><td>{count}</td><td>{100 * count / every:.1f} %</td></tr>"
        for tag, count in names.coverage(every)
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Satchel: where regions are known</title>
<link rel="icon" href="/docs/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/docs/site.css">
</head>
<body class="landing">
<main class="wide">
<h1>Where regions are known</h1>
<p>GetRegionByPoint finds the subdivision (ISO 3166-2) of a point, ListRegions lists those of a country. Green: a subdivision is known. Grey:
ISO lists none for the country. Orange: ISO lists some, but which one is there is not known, and the answer has null.</p>
<img src="/docs/regions.svg" alt="Map of the earth: where a subdivision is known" width="1440" height="{round(1440 * (NORTH - SOUTH) / 360)}">
<p>Compared with {int(country[1]):,} towns of GeoNames, the country is right for {share(country)}; a subdivision is known for {share(known)} of
those in countries that have any, and is the right one for {share(right)}.</p>
<h2>Figures per country</h2>
<p>Listed: subdivisions in ISO 3166-2, of two levels the lower one. Found: those that a point can be in. Larger: those of the upper level.
Elsewhere: of the compared towns, those that are found in another subdivision, mostly near a border.</p>
<table>
<thead><tr><th>Code</th><th>Country</th><th>Listed</th><th>Found</th><th>Larger</th><th>Towns</th><th>Elsewhere</th></tr></thead>
<tbody>
{body}
</tbody>
</table>
<h2>Names in other languages</h2>
<p>How many subdivisions have a name in the language that is not the English one; all others are named in English. The share is of all
subdivisions in the world.</p>
<table>
<thead><tr><th>Language</th><th>Names</th><th>Share</th></tr></thead>
<tbody>
{languages}
</tbody>
</table>
<p>Borders of countries: © OpenStreetMap contributors, Open Database License. Subdivisions: Natural Earth, public domain. Towns: GeoNames, CC
BY 4.0. Names: Unicode CLDR, Unicode License v3.</p>
</main>
</body>
</html>
"""


def main(keshvar, output):
    output = pathlib.Path(output)
    (output / "regions.svg").write_text(drawn(), encoding="utf-8")
    (output / "regions.html").write_text(page(keshvar), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
