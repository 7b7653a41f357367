"""Creates the resources that the emulator supports only through the APIs of their services, not through CloudFormation. botocore checks
the parameters of each call against the model of the service: names, types, and which are required."""

import json
import re

import boto3

PSEUDO = {"AWS::Region": "us-east-1", "AWS::AccountId": "123456789012", "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


class Rest:
    """Creates the rest of a stack. `made` are the physical ids of the resources that CloudFormation created, `given` the values of all
    parameters."""

    def __init__(self, name, made, given, holds):
        self.name, self.made, self.given, self.holds = name, dict(made), given, holds
        self.attributes = {}

    def make(self, key, resource):
        """Creates the resource, and returns whether the emulator supports it."""
        create = {
            "AWS::CloudWatch::Alarm": self.alarm,
            "AWS::Logs::MetricFilter": self.metric_filter,
            "AWS::SecretsManager::Secret": self.secret,
            "AWS::SNS::Subscription": self.subscription,
            "AWS::SNS::TopicPolicy": self.topic_policy,
            "AWS::SQS::QueuePolicy": self.queue_policy,
            "AWS::ApiGatewayV2::Api": self.api,
            "AWS::ApiGatewayV2::Stage": self.stage,
            "AWS::ApiGatewayV2::DomainName": self.domain,
            "AWS::ApiGatewayV2::ApiMapping": self.mapping,
        }.get(resource["Type"])
        if create:
            create(key, self.value(resource["Properties"]))
        return create is not None

    def value(self, node):
        match node:
            case {"Ref": name}:
                return self.reference(name)
            case {"Fn::GetAtt": [name, attribute]}:
                return self.attribute(name, attribute)
            case {"Fn::Sub": str(text)}:
                return re.sub(r"\$\{([\w:]+)(?:\.(\w+))?\}",
                              lambda found: self.attribute(found[1], found[2]) if found[2] else self.reference(found[1]), text)
            case {"Fn::Split": [separator, text]}:
                return self.value(text).split(separator)
            case {"Fn::Select": [index, values]}:
                return self.value(values)[int(index)]
            case {"Fn::If": [condition, then, otherwise]}:
                return self.value(then if self.holds(condition) else otherwise)
            case dict():
                values = {key: self.value(inner) for key, inner in node.items() if inner != {"Ref": "AWS::NoValue"}}
                return {key: inner for key, inner in values.items() if inner is not None}
            case list():
                return [value for value in map(self.value, node) if value is not None]
        return node

    def reference(self, name):
        if name == "AWS::NoValue":
            return None
        return PSEUDO.get(name) or self.given.get(name) or self.made.get(name) or (self.name if name == "AWS::StackName" else name)

    def attribute(self, name, attribute):
        queue = self.made.get(name, "").rsplit("/", 1)[-1]
        if attribute == "QueueName":
            return queue
        known = self.attributes.get((name, attribute))
        if known is None and self.made.get(name, "").startswith("http"):
            return f"arn:aws:sqs:us-east-1:123456789012:{queue}"
        return known or self.made.get(name) or f"{name}.{attribute}"

    def alarm(self, key, properties):
        client = boto3.client("cloudwatch")
        client.put_metric_alarm(AlarmName=key, **typed(client, "PutMetricAlarm", properties))

    def metric_filter(self, key, properties):
        client = boto3.client("logs")
        named = {lower(name): value for name, value in properties.items()}
        named["metricTransformations"] = [{lower(name): value for name, value in one.items()} for one in named["metricTransformations"]]
        client.put_metric_filter(filterName=key, **typed(client, "PutMetricFilter", named))

    def secret(self, key, properties):
        client = boto3.client("secretsmanager")
        made = client.get_random_password(**typed(client, "GetRandomPassword", properties["GenerateSecretString"]))
        answer = client.create_secret(Name=key, Description=properties["Description"], SecretString=made["RandomPassword"])
        self.made[key] = answer["ARN"]

    def subscription(self, _, properties):
        attributes = {name: value if isinstance(value, str) else json.dumps(value) for name, value in properties.items()
                      if name in ("RawMessageDelivery", "RedrivePolicy", "FilterPolicy")}
        boto3.client("sns").subscribe(TopicArn=properties["TopicArn"], Protocol=properties["Protocol"], Endpoint=properties["Endpoint"],
                                      Attributes=attributes)

    def topic_policy(self, _, properties):
        for arn in properties["Topics"]:
            policy = json.dumps(properties["PolicyDocument"])
            boto3.client("sns").set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)

    def queue_policy(self, _, properties):
        for url in properties["Queues"]:
            boto3.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(properties["PolicyDocument"])})

    def api(self, key, properties):
        """Creates a route for each method of the API's document, since the emulator cannot import it."""
        client = boto3.client("apigatewayv2")
        self.made[key] = client.create_api(Name=self.name, ProtocolType="HTTP")["ApiId"]
        for path, methods in properties["Body"]["paths"].items():
            for method in methods:
                method = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
                client.create_route(ApiId=self.made[key], RouteKey=path if path == "$default" else f"{method} {path}")

    def stage(self, key, properties):
        client = boto3.client("apigatewayv2")
        client.create_stage(**typed(client, "CreateStage", properties))
        self.made[key] = properties["StageName"]

    def domain(self, key, properties):
        client = boto3.client("apigatewayv2")
        client.create_domain_name(**typed(client, "CreateDomainName", properties))
        self.made[key] = properties["DomainName"]

    def mapping(self, _, properties):
        client = boto3.client("apigatewayv2")
        client.create_api_mapping(**typed(client, "CreateApiMapping", properties))


def lower(name):
    return name[0].lower() + name[1:]


def typed(client, operation, values):
    """The values with the types of the operation's model, where the template has strings."""
    return shaped(client.meta.service_model.operation_model(operation).input_shape, values)


def shaped(shape, value):
    match shape.type_name:
        case "structure":
            # botocore rejects members that the model does not have.
            return {name: shaped(shape.members[name], inner) if name in shape.members else inner for name, inner in value.items()}
        case "map":
            return {name: shaped(shape.value, inner) for name, inner in value.items()}
        case "list":
            return [shaped(shape.member, inner) for inner in value]
        case "integer" | "long":
            return int(value)
        case "double" | "float":
            return float(value)
        case "boolean":
            return value if isinstance(value, bool) else value == "true"
        case "string":
            return str(value)
    return value
