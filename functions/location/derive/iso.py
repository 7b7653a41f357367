"""Which subdivisions ISO 3166-2 lists, and which is part of which, as CLDR has it."""

import json
import pathlib

# Countries that merged their subdivisions since: what has no shape is a part of another one today.
MERGED = {"VN"}
# What is no subdivision any more.
ABOLISHED = {"ET": "SN"}
# They have codes of their own in ISO 3166-1.
COUNTRIES = {
    "CN": "HK MO TW",
    "FI": "01",
    "FR": "BL GF GP MF MQ NC PF PM RE TF WF YT 971 972 973 974 976",
    "NL": "AW BQ1 BQ2 BQ3 CW SX",
    "NO": "21 22",
    "US": "AS GU MP PR UM VI",
}
NOT_LISTED = {
    f"{country}-{code}"
    for table in (ABOLISHED, COUNTRIES)
    for country, listed in table.items()
    for code in listed.split()
}


def code_of(key):
    return f"{key[:2]}-{key[2:]}".upper()


class Listed:
    """The codes of all countries, and the one that each is part of."""

    def __init__(self, folder):
        path = pathlib.Path(folder) / "supplemental/subdivisionContainment.json"
        table = json.loads(path.read_text(encoding="utf-8"))["supplemental"]["subdivisionContainment"]
        self.codes, self.parents = set(), {}
        for whole, parts in table.items():
            for part in parts["_contains"]:
                self.codes.add(code_of(part))
                if len(whole) > 2:
                    self.parents[code_of(part)] = code_of(whole)

    def above(self, code):
        while code := self.parents.get(code):
            yield code

    def beside(self, country, known):
        """What a country has beside areas with shapes: what these are part of, and what has no shape."""
        upper = {code for area in known for code in self.above(area)} - set(known)
        related = lambda code: code in known or any(above in known for above in self.above(code))
        rest = {code for code in self.codes if code[:2] == country and not related(code)}
        return sorted(upper), sorted(() if country in MERGED else rest - upper - NOT_LISTED)
