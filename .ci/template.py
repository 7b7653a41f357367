"""Reads template.yaml for the checks in this folder: CloudFormation's short tags, and the variables of a function.

PyYAML comes with the tools of .ci/requirements.txt.
"""

import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent


class _Loader(yaml.SafeLoader):
    pass


def _intrinsic(loader, tag, node):
    name = tag if tag == "Ref" else f"Fn::{tag}"
    if tag == "GetAtt" and isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node).split(".", 1)}
    if tag == "Condition":
        return {tag: loader.construct_scalar(node)}
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


def load():
    return yaml.load((ROOT / "template.yaml").read_text(), _Loader)


def create_table(table):
    """What CreateTable takes of the properties of a table: those of its keys and indexes, without any throughput."""
    taken = ["BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
    arguments = {name: table[name] for name in taken if name in table}
    if "GlobalSecondaryIndexes" in arguments:
        of_index = ["IndexName", "KeySchema", "Projection"]
        arguments["GlobalSecondaryIndexes"] = [
            {name: index[name] for name in of_index} for index in arguments["GlobalSecondaryIndexes"]]
    return arguments


def groups(template):
    """The properties of each function, by its folder in functions/."""
    functions = (r["Properties"] for r in template["Resources"].values() if r["Type"] == "AWS::Serverless::Function")
    return {properties["CodeUri"].removeprefix("functions/"): properties for properties in functions}


def variables(template, group, **parameters):
    """The environment of a function. Parameters have their defaults unless given; a secret is derived from its name."""
    defaults = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()} | parameters

    def holds(condition):
        match condition:
            case {"Fn::Not": [inner]}:
                return not holds(inner)
            case {"Fn::Equals": [left, right]}:
                return resolve(left) == resolve(right)
            case str():
                return holds(template["Conditions"][condition])
        raise ValueError(f"cannot decide {condition!r}")

    def resolve(value):
        match value:
            case {"Fn::If": [condition, then, otherwise]}:
                return resolve(then if holds(condition) else otherwise)
            case {"Ref": name}:
                return str(defaults.get(name, name))
            case {"Fn::Sub": text} if secret := re.search(r"secretsmanager:\$\{(\w+)\}", text):
                return secret[1].ljust(64, "0")
            case str() | int():
                return str(value)
        raise ValueError(f"cannot resolve {value!r}")

    shared = template["Globals"]["Function"]["Environment"]["Variables"]
    own = groups(template)[group].get("Environment", {}).get("Variables", {})
    return {name: resolve(value) for name, value in (shared | own).items()}


def lambda_variables(group, runtime_api):
    """The variables that Lambda sets."""
    return {
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": group,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{group}",
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
    }
