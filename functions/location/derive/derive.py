"""Writes `data/subdivisions.bin`, `data/names.bin` and `data/boundaries.bin`; `derive/derive` fetches
what they are made of and calls this.

`subdivisions.bin`, all numbers little-endian: how many countries (2 bytes); for each, in the order of
their codes, and once more for the end: code (2), number of its first area (2), where its tree begins
(4). For each area: its code, filled up with blanks (6); then for each what it is part of (1): the
number of that area in its country from 1 on, or 0. Then the trees. The areas of a tree come first,
then those without a shape.
"""

import json
import pathlib
import struct
import sys

import areas
import iso
import names
import towns
import tree
import world

# Codes of `country-boundaries` that are used as they are, since it has the whole country, or borders
# that are newer than Natural Earth's; and codes that `src/disputes/table.rs` names.
FROM_THE_LIBRARY = {
    "BQ": "BO SA SE",
    "AU": "ACT NSW NT QLD SA TAS VIC WA",
    "CA": "AB BC MB NB NL NS NT NU ON PE QC SK YT",
    "CN": "AH BJ CQ FJ GD GS GX GZ HA HB HE HI HL HN JL JS JX LN NM NX QH SC SD SH SN SX TJ TW XJ XZ "
    "YN ZJ",
    "PS": "JEM",
    "RS": "KM",
    "GB": "ENG NIR SCT WLS",
    "ID": "PE PS PT",
    "IN": "AN AP AR AS BR CG CH DH DL GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD PB PY RJ SK "
    "TN TR TS UK UP WB",
    "US": "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE "
    "NH NJ NM NV NY OH OK OR PA RI SC SD TN TX UT VA VT WA WI WV WY",
}
# Names that CLDR lacks.
NAMES = {"FR-CP": "Clipperton Island", "CN-NM": "Inner Mongolia", "CN-TW": "Taiwan", "SH-TA": "Tristan da Cunha"}


def english(file):
    names = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
    names = names["subdivisions"]["localeDisplayNames"]["subdivisions"]
    return {f"{key[:2]}-{key[2:]}".upper(): name for key, name in names.items()}


def main(shapes, cldr, english_names, keshvar, boundaries, output):
    here = pathlib.Path(__file__).parent
    english_name = {**english(english_names), **NAMES}
    listed = iso.Listed(cldr)
    countries = areas.read(shapes, here, towns.seeds(), listed.parents)
    index, codes, parents, trees = b"", [], b"", b""
    every = sorted({*countries, *FROM_THE_LIBRARY, *(code[:2] for code in listed.codes)})
    for country in every:
        index += struct.pack("<2sHI", country.encode(), len(codes), len(trees))
        own = list(countries.get(country, ()))
        for code in FROM_THE_LIBRARY.get(country, "").split():
            own += [] if f"{country}-{code}" in own else [f"{country}-{code}"]
        upper, others = listed.beside(country, [code for code in own if code != areas.UNKNOWN])
        own += upper + others
        parent = lambda code: next((above for above in listed.above(code) if above in own), None)
        parents += bytes(own.index(parent(code)) + 1 if parent(code) else 0 for code in own)
        codes += own
        trees += tree.pack(countries[country]) if country in countries else b""
    unnamed = [code for code in codes if code not in english_name and code != areas.UNKNOWN]
    if unnamed:
        sys.exit(f"CLDR has no name of {unnamed}: add them to NAMES")
    index += struct.pack("<2sHI", b"~~", len(codes), len(trees))
    data = struct.pack("<H", len(every)) + index + b"".join(code.encode().ljust(6) for code in codes)
    output = pathlib.Path(output)
    (output / "subdivisions.bin").write_bytes(data + parents + trees)
    (output / "names.bin").write_bytes(names.pack(codes, english_name, keshvar, cldr))
    (output / "boundaries.bin").write_bytes(world.pack(boundaries))


if __name__ == "__main__":
    main(*sys.argv[1:])
