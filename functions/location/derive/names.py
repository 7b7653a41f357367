"""Names of subdivisions: CLDR's, those in other languages than English as the crate `keshvar` has
them.

The file, numbers little-endian: how many tags and how many blocks there are (2 bytes each), how many
marks a block has (2); the tags in their order, filled up with blanks (8) and the number of the block
(1) each; where each block begins and the last one ends (4 each). A block: marks, where in its text
the name of each 256th subdivision begins (3 each); the length of each name, 0 where it is the English
one (1 each); the text.
"""

import collections
import json
import pathlib
import re
import struct

# The languages that have all names, as far as there is room; the others have those of countries
# where the language is official or many speak it.
EVERYWHERE = "ar es fr zh".split()
# How many of a country's people, in percent.
MANY = 10
# The languages of the function, those that share words beside one another; and their tags, where
# these are others.
LANGUAGES = """af nl de sv da nb fi et sk cs hr bs sl pl hu id ms ca gl es pt it fr ro az uz tk tr so lt lv
sq cy ga eu vi yo ru uk be bg mk sr kk ky mn ka hy el he ur ps sd fa ar am ja zh ko hi mr ne te kn
gu bn or as pa ta ml si th km lo my""".split()
TAGS = {"nb": ["nb", "no"], "pt": ["pt", "pt-BR"], "zh": ["zh", "zh-Hans"], "bn": ["bn", "bn-IN"]}
MARK = 256


def of_keshvar(folder):
    """By language: the name of each code."""
    names = collections.defaultdict(dict)
    one = re.compile(r'\(\s*"([^"]+)",\s*Subdivision *\{.*?translations: HashMap::from\(\[(.*?)\]\)', re.S)
    pair = re.compile(r'\("(\w+)",\s*"((?:[^"\\]|\\.)*)"\s*,?\s*\)')
    sign = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
    for file in sorted((pathlib.Path(folder) / "src/countries").glob("*.rs")):
        country, text = file.stem.strip("_").upper(), file.read_text(encoding="utf-8")
        for code, translations in one.findall(text):
            for language, name in pair.findall(translations):
                name = sign.sub(lambda found: chr(int(found[1], 16)), name)
                names[language][f"{country}-{code}"] = name.replace('\\"', '"').strip()
    return names


def spoken(folder):
    """By language: the countries where it is official, or many speak it."""
    path = pathlib.Path(folder) / "supplemental/territoryInfo.json"
    table = json.loads(path.read_text(encoding="utf-8"))["supplemental"]["territoryInfo"]
    countries = collections.defaultdict(set)
    for country, about in table.items():
        for tag, people in about.get("languagePopulation", {}).items():
            if "_officialStatus" in people or float(people.get("_populationPercent", 0)) >= MANY:
                countries[tag.split("_")[0]].add(country)
    countries["nb"] |= countries["no"]
    return countries


def chosen(codes, english, keshvar, cldr):
    """By language: its names where they are not the English ones, in the order of the codes."""
    names, countries = of_keshvar(keshvar), spoken(cldr)
    for language in LANGUAGES:
        here = lambda code: language in EVERYWHERE or code[:2] in countries[language]
        own = [names[language].get(code, "") if here(code) else "" for code in codes]
        yield language, ["" if name == english.get(code) else name for code, name in zip(codes, own)]


def block(names):
    texts = [name.encode() for name in names]
    before = [sum(map(len, texts[:place])) for place in range(0, len(texts), MARK)]
    marks = b"".join(struct.pack("<I", place)[:3] for place in before)
    return marks + bytes(map(len, texts)) + b"".join(texts)


def pack(codes, english, keshvar, cldr):
    """The bytes of the file."""
    tags, blocks = [("en", 0)], [block([english.get(code, "") for code in codes])]
    for language, names in chosen(codes, english, keshvar, cldr):
        if any(names):
            tags += [(tag, len(blocks)) for tag in TAGS.get(language, [language])]
            blocks.append(block(names))
    data = struct.pack("<3H", len(tags), len(blocks), -(-len(codes) // MARK))
    data += b"".join(tag.encode().ljust(8) + bytes([number]) for tag, number in sorted(tags))
    ends = [sum(map(len, blocks[:number])) for number in range(len(blocks) + 1)]
    return data + struct.pack(f"<{len(ends)}I", *ends) + b"".join(blocks)


def of_country(folder, country):
    """The English name of a country."""
    text = (pathlib.Path(folder) / f"src/countries/{country.lower()}.rs").read_text(encoding="utf-8")
    return re.search(r'\("en", "([^"]+)"\)', text)[1]


def coverage(total):
    """For each tag of the file: how many of so many names it has."""
    data = (pathlib.Path(__file__).parent.parent / "data/names.bin").read_bytes()
    tags, blocks, marks = struct.unpack_from("<3H", data)
    entry = lambda place: data[6 + 9 * place : 15 + 9 * place]
    ends = struct.unpack_from(f"<{blocks + 1}I", data, 6 + 9 * tags)
    begin = 6 + 9 * tags + 4 * len(ends) + 3 * marks
    for place in range(tags):
        lengths = data[begin + ends[entry(place)[8]] :][:total]
        yield entry(place)[:8].decode().strip(), sum(map(bool, lengths))
