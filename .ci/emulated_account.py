"""An AWS account in an emulator, with a deployed stack, for programs that call AWS's APIs over HTTP.

moto serves the APIs. .ci/deploy creates the stack. What moto lacks and `satchel doctor` reads is added here, with the documented shapes.
"""

import contextlib
import importlib.machinery
import importlib.util
import logging
import os
import pathlib

import boto3
from moto import mock_aws
from moto.awslambda import urls as lambda_urls
from moto.awslambda.responses import LambdaResponse
from moto.cloudformation.parsing import get_model_map
from moto.cloudformation.responses import CloudFormationResponse
from moto.core.responses import ActionResult
from moto.server import ThreadedMotoServer
from moto.sns.responses import SNSResponse

import template

FOLDER = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "none",
               "AWS_SECRET_ACCESS_KEY": "none", "AWS_EC2_METADATA_DISABLED": "true"}

# The account's answers. Programs change them.
account = {"sandbox": False, "concurrency": 1000, "numbers": []}


def script(name):
    """A script of this folder as a module."""
    loader = importlib.machinery.SourceFileLoader(name, str(FOLDER / name))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def _sandbox(_):
    return ActionResult({"IsInSandbox": account["sandbox"]})


def _numbers(_):
    return ActionResult({"PhoneNumbers": account["numbers"]})


def _settings(_):
    limit = account["concurrency"]
    return ActionResult({"AccountLimit": {"ConcurrentExecutions": limit, "UnreservedConcurrentExecutions": limit}, "AccountUsage": {}})


def _with_emulated(listed):
    """CloudFormation's resources, and those that .ci/other_resources.py created through the APIs of their services under their logical ids."""

    def list_stack_resources(self):
        result = listed(self).result
        known = {one["LogicalResourceId"] for one in result["StackResourceSummaries"]}
        made = emulated_resources()
        time = result["StackResourceSummaries"][0]["LastUpdatedTimestamp"]
        for name in made.keys() - known:
            result["StackResourceSummaries"].append({"ResourceStatus": "CREATE_COMPLETE", "LogicalResourceId": name, "ResourceType": "Emulated",
                                                     "PhysicalResourceId": made[name], "LastUpdatedTimestamp": time})
        return ActionResult(result)

    return list_stack_resources


def _one_of_them(self):
    """One of the resources that list_stack_resources has; the emulator's own answer fails where a condition left a resource out."""
    listed = CloudFormationResponse.list_stack_resources(self).result["StackResourceSummaries"]
    found = next(one for one in listed if one["LogicalResourceId"] == self._get_param("LogicalResourceId"))
    return ActionResult({"StackResourceDetail": found})


def emulated_resources():
    """The resources that .ci/other_resources.py created."""
    made = {alarm["AlarmName"]: alarm["AlarmName"] for alarm in pages("cloudwatch", "describe_alarms", "MetricAlarms")}
    return made | {secret["Name"]: secret["ARN"] for secret in pages("secretsmanager", "list_secrets", "SecretList")}


def pages(service, operation, member):
    return [one for page in boto3.client(service).get_paginator(operation).paginate() for one in page[member]]


def finish_table(name):
    """What the emulator's CloudFormation leaves out or, where DynamoDB has a boolean, keeps as a text."""
    properties = template.load()["Resources"]["Table"]["Properties"]
    dynamodb = boto3.client("dynamodb")
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=True)
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"])


@contextlib.contextmanager
def served(name, parameters):
    """Deploys the stack, and serves the account: gives its address, and the stack's outputs."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    os.environ |= ENVIRONMENT
    SNSResponse.get_sms_sandbox_account_status = _sandbox
    SNSResponse.list_origination_numbers = _numbers
    LambdaResponse.get_account_settings = _settings
    lambda_urls.url_paths[r"{0}/(?P<api_version>[^/]+)/account-settings/?$"] = LambdaResponse.dispatch
    CloudFormationResponse.list_stack_resources = _with_emulated(CloudFormationResponse.list_stack_resources)
    CloudFormationResponse.describe_stack_resource = _one_of_them
    deploy = script("deploy")
    # The emulator forgets defaults, which an update then lacks.
    parameters = {key: str(one.get("Default", "")) for key, one in template.load()["Parameters"].items()} | parameters
    with mock_aws(config={"lambda": {"use_docker": False}}):
        boto3.client("s3").create_bucket(Bucket="code")
        boto3.client("s3").put_object(Bucket="code", Key="bootstrap.zip", Body=deploy.CODE)
        _, outputs = deploy.deploy(boto3.client("cloudformation"), name, parameters, set(get_model_map()))
        finish_table(outputs["TableName"])
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        try:
            host, port = server.get_host_and_port()
            yield f"http://{host}:{port}", outputs
        finally:
            server.stop()
