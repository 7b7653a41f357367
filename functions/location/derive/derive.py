"""Writes `data/subdivisions.bin` from Natural Earth's shapes and CLDR's names; `derive/derive`
fetches both and calls this.

The file, all numbers little-endian: how many countries (2 bytes); for each, in the order of their
codes, and once more for the end: code (2), number of its first area (2), where its names (4) and
its tree (4) begin; for each area its code, filled up with blanks (6); then the names, a line each;
then the trees.
"""

import json
import pathlib
import struct
import sys

import areas
import towns
import tree

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
NAMES = {"CN-NM": "Inner Mongolia", "CN-TW": "Taiwan", "SH-TA": "Tristan da Cunha"}


def names_of(file):
    names = json.loads(pathlib.Path(file).read_text(encoding="utf-8"))
    names = names["subdivisions"]["localeDisplayNames"]["subdivisions"]
    return {f"{key[:2]}-{key[2:]}".upper(): name for key, name in names.items()}


def main(shapes, names, output):
    here = pathlib.Path(__file__).parent
    names = {**names_of(names), **NAMES}
    countries = areas.read(shapes, here / "codes.tsv", here / "islands.tsv", towns.seeds())
    index, codes, lines, trees = b"", [], b"", b""
    every = sorted({*countries, *FROM_THE_LIBRARY})
    unnamed = []
    for country in every:
        index += struct.pack("<2sHII", country.encode(), len(codes), len(lines), len(trees))
        own = list(countries.get(country, ()))
        for code in FROM_THE_LIBRARY.get(country, "").split():
            own += [] if f"{country}-{code}" in own else [f"{country}-{code}"]
        for code in own:
            known = code == areas.UNKNOWN or code in names
            unnamed += [] if known else [code]
            lines += (names.get(code, "") + "\n").encode()
        codes += own
        trees += tree.pack(countries[country]) if country in countries else b""
    index += struct.pack("<2sHII", b"~~", len(codes), len(lines), len(trees))
    if unnamed:
        sys.exit(f"CLDR has no name of {unnamed}: add them to NAMES")
    data = struct.pack("<H", len(every)) + index
    data += b"".join(code.encode().ljust(6) for code in codes) + lines + trees
    pathlib.Path(output).write_bytes(data)


if __name__ == "__main__":
    main(*sys.argv[1:])
