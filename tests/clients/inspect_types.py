"""Compares the types of a generated client that is not compiled with the document.

    inspect_types.py DOCUMENT LANGUAGE FOLDER

Every operation must have a function; every type that is imported or named must exist; every member of every schema must be there, with a
type, which is optional where the member may be null or absent, and only there.
"""

import json
import pathlib
import re
import sys

METHODS = ("get", "put", "post", "delete", "patch")
UNTYPED = re.compile(r"(^|\W)(Any|AnyCodable|AnyType|Object|JSONValue|dynamic)\??$")


def kotlin(text):
    """The members of each data class by their names on the wire: type and whether it is optional."""
    for name, body in re.findall(r"^data class (\w+) \(\n(.*?)\n\)", text, re.M | re.S):
        members = re.findall(r'@Json\(name = "([^"]+)"\)\s+va[lr] `?\w+`?: ([^=\n,<]+(?:<[^=\n]*>)?\??)', body)
        yield name, {wire: kind.strip() for wire, kind in members}


def swift(text):
    for name, body in re.findall(r"^public (?:struct|final class|class) (\w+):? .*?\{\n(.*?)^\}", text, re.M | re.S):
        kinds = dict(re.findall(r"^    public var `?(\w+)`?: ([^=\n{]+?)(?: =.*)?$", body, re.M))
        wires = re.search(r"enum CodingKeys[^{]*\{\n(.*?)\n    \}", body, re.S)
        cases = re.findall(r'case `?(\w+)`?(?: = "([^"]+)")?', wires.group(1) if wires else "")
        yield name, {wire or member: kinds[member] for member, wire in cases if member in kinds}


def dart(text):
    for name, body in re.findall(r"^class (\w+) \{\n(.*?)^\}", text, re.M | re.S):
        kinds = dict((member, kind) for kind, member in re.findall(r"^  (?:final )?([A-Z]\S*(?: \S+>\??)?|\w+\??) (\w+);$", body, re.M))
        wires = re.findall(r"json\[r'([^']+)'\] = [^;\n]*?this\.(\w+)", body)
        yield name, {wire: kinds[member] for wire, member in wires if member in kinds}


LANGUAGES = {
    "kotlin": (kotlin, "*.kt", r"fun (\w+)\(", r"import org\.openapitools\.client\.models\.(\w+)"),
    "swift": (swift, "*.swift", r"func (\w+)\(", None),
    "dart": (dart, "*.dart", r"Future<[^\n]*> (\w+)\(", None),
}


def resolved(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def merged(document, schema):
    """Members and required names, also of the parts of `allOf`."""
    schema = resolved(document, schema)
    members, required = dict(schema.get("properties", {})), set(schema.get("required", []))
    for part in schema.get("allOf", []):
        more, needed = merged(document, part)
        members.update(more)
        required |= needed
    return members, required


def only_in_forms(document):
    def references(part):
        return set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(part)))

    contents = [operation.get("requestBody", {}).pop("content", {}) for item in json.loads(json.dumps(document["paths"])).values()
                for operation in item.values()]
    bodies = [(kind, schema) for content in contents for kind, schema in content.items()]
    form = set().union(*(references(schema) for kind, schema in bodies if "form" in kind))
    other = set().union(*(references(schema) for kind, schema in bodies if "form" not in kind))
    return form - other - references(document["components"])


def plain(name):
    return re.sub(r"\W|_", "", name).lower()


def main(document_path, language, folder):
    document = json.loads(pathlib.Path(document_path).read_text())
    read, pattern, function, imported = LANGUAGES[language]
    files = [path for path in pathlib.Path(folder).rglob(pattern) if "test" not in path.relative_to(folder).parts]
    texts = [path.read_text() for path in files]
    problems = []

    functions = {plain(name) for text in texts for name in re.findall(function, text)}
    operations = [item[method]["operationId"] for item in document["paths"].values() for method in METHODS if method in item]
    problems += [f"{one}: no function" for one in operations if plain(one) not in functions]

    classes = {}
    for text in texts:
        for name, members in read(text):
            classes[plain(name.removeprefix("Model"))] = members
    if imported:
        declared = {name for text in texts for name in re.findall(r"(?:class|typealias|interface|object) (\w+)", text)}
        problems += [f"{name}: imported, and not there" for text in texts for name in re.findall(imported, text) if name not in declared]

    # What only forms refer to has become parameters.
    count, forms = 0, only_in_forms(document)
    for name, schema in document["components"]["schemas"].items():
        members, required = merged(document, schema)
        if not members or name in forms:
            continue
        found = classes.get(plain(name))
        if found is None:
            problems.append(f"{name}: no type")
            continue
        for member, described in members.items():
            count += 1
            kind = found.get(member)
            if kind is None:
                problems.append(f"{name}.{member}: no member")
                continue
            target = resolved(document, described)
            may_be_null = "null" in target.get("type", []) or target.get("nullable", False)
            optional = may_be_null or member not in required
            # Dart has an empty list or map for one that is absent.
            is_collection = target.get("type") == "array" or "additionalProperties" in target
            if kind.endswith("?") != optional and "default" not in described and not (is_collection and language == "dart"):
                problems.append(f"{name}.{member}: {kind} where it is {'optional' if optional else 'always there'}")
            if UNTYPED.search(kind) and target.get("type") != "object":
                problems.append(f"{name}.{member}: {kind} without a type")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"inspected: {len(operations)} operations, {count} members")
    sys.exit(bool(problems))


main(*sys.argv[1:])
