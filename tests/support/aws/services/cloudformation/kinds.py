"""What resources of a type are: physical id, attributes, what they do to other services, when an update replaces them."""
import json
import re
import secrets
import string

from ...errors import ServiceError
from ...world import ACCOUNT

# Properties whose change replaces the resource (update behaviour "Replacement" in the resource reference).
REPLACING = {
    "AWS::ApiGatewayV2::Api": {"ProtocolType"},
    "AWS::ApiGateway::Deployment": {"RestApiId"},
    "AWS::Cognito::UserPoolClient": {"GenerateSecret", "UserPoolId"},
    "AWS::DynamoDB::Table": {"TableName", "KeySchema", "LocalSecondaryIndexes", "ImportSourceSpecification"},
    "AWS::ECR::Repository": {"RepositoryName", "EncryptionConfiguration"},
    "AWS::EFS::FileSystem": {"Encrypted", "KmsKeyId", "PerformanceMode", "AvailabilityZoneName"},
    "AWS::IAM::Role": {"RoleName", "Path"},
    "AWS::Kinesis::Stream": {"Name"},
    "AWS::Lambda::Function": {"FunctionName", "PackageType"},
    "AWS::Logs::LogGroup": {"LogGroupName"},
    "AWS::RDS::DBInstance": {"DBInstanceIdentifier", "Engine", "MasterUsername", "StorageEncrypted", "KmsKeyId"},
    "AWS::S3::Bucket": {"BucketName"},
    "AWS::SNS::Topic": {"TopicName", "FifoTopic"},
    "AWS::SQS::Queue": {"QueueName", "FifoQueue"},
    "AWS::StepFunctions::StateMachine": {"StateMachineName", "StateMachineType"},
}
# Types that are immutable: any change replaces.
IMMUTABLE = {"AWS::Lambda::Permission", "AWS::Lambda::LayerVersion", "AWS::Lambda::Version"}


def replaces(kind, changed):
    return kind in IMMUTABLE or bool(REPLACING.get(kind, set()) & changed)


class AnyAttribute(dict):
    """The attributes of a type that is not known here: each has some text."""

    def __contains__(self, name):
        return True

    def __missing__(self, name):
        return f"attribute-{name}"


def _random(length, alphabet=string.ascii_uppercase + string.digits):
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _generated(where, longest=64):
    return f"{where.stack}-{where.logical}"[:longest - 13] + "-" + _random(12)


class Place:
    """Where a resource is made: world, region, stack name, logical id."""

    def __init__(self, world, region, stack, logical):
        self.world, self.region, self.stack, self.logical = world, region, stack, logical

    def service(self, name):
        return self.world.services[name]

    def arn(self, service, rest, region=True):
        return f"arn:aws:{service}:{self.region if region else ''}:{ACCOUNT}:{rest}"


def _function(place, properties, physical):
    name = physical or properties.get("FunctionName") or _generated(place)
    if not properties.get("Role"):
        raise _failed("Lambda", "1 validation error detected: Value null at 'role' failed to satisfy constraint: Member must not be null")
    place.service("lambda").put_from_template(name, place.region, properties)
    return name, {"Arn": place.arn("lambda", f"function:{name}")}


def _remove_function(place, physical):
    place.service("lambda").functions.pop(physical, None)


def _layer(place, properties, physical):
    name = properties.get("LayerName") or place.logical
    content = properties.get("Content", {})
    body = place.service("s3").read(content.get("S3Bucket"), content.get("S3Key"))
    layer = place.service("lambda").add_layer(name, body, properties)
    arn = f"{place.arn('lambda', f'layer:{name}')}:{layer['version']}"
    return arn, {"LayerVersionArn": arn}


def _bucket(place, properties, physical):
    name = physical or properties.get("BucketName") or _generated(place, 63).lower()
    if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name):
        raise _failed("S3", f"The specified bucket is not valid: {name}")
    s3 = place.service("s3")
    if physical is None:
        if name in s3.buckets:
            raise _failed("S3", f"{name} already exists")
        s3.create(name, place.region)
    status = properties.get("VersioningConfiguration", {}).get("Status")
    s3.buckets[name].versioning = status or s3.buckets[name].versioning
    return name, {"Arn": f"arn:aws:s3:::{name}", "DomainName": f"{name}.s3.amazonaws.com",
                  "RegionalDomainName": f"{name}.s3.{place.region}.amazonaws.com"}


def _remove_bucket(place, physical):
    bucket = place.service("s3").buckets.get(physical)
    if bucket is not None and any(bucket.objects.values()):
        raise _failed("S3", f"The bucket you tried to delete is not empty (Service: S3, Status Code: 409, Bucket: {physical})")
    place.service("s3").buckets.pop(physical, None)


def _repository(place, properties, physical):
    name = physical or properties.get("RepositoryName") or _generated(place, 256).lower()
    ecr = place.service("ecr")
    if physical is None:
        if name in ecr.repositories:
            raise _failed("ECR", f"{name} already exists")
        ecr.create(name, place.region)
    if "RepositoryPolicyText" in properties and not isinstance(properties["RepositoryPolicyText"], (dict, str)):
        raise _failed("ECR", "RepositoryPolicyText is no policy")
    return name, {"Arn": place.arn("ecr", f"repository/{name}"),
                  "RepositoryUri": f"{ACCOUNT}.dkr.ecr.{place.region}.amazonaws.com/{name}"}


def _remove_repository(place, physical):
    ecr = place.service("ecr")
    if physical in ecr.repositories:
        if ecr.images(physical):
            raise _failed("ECR", f"The repository with name '{physical}' in registry with id '{ACCOUNT}' cannot be deleted because it "
                          "still contains images")
        del ecr.repositories[physical]


def _log_group(place, properties, physical):
    name = physical or properties.get("LogGroupName") or _generated(place, 512)
    place.service("logs").create(name)
    return name, {"Arn": place.arn("logs", f"log-group:{name}:*")}


def _remove_log_group(place, physical):
    place.service("logs").groups.pop(physical, None)


def _api(place, properties, physical):
    identifier = physical or _random(10, string.ascii_lowercase + string.digits)
    place.service("apigateway").apis.setdefault(identifier, {})
    return identifier, {"RootResourceId": _random(10).lower(), "ApiEndpoint": f"https://{identifier}.execute-api.{place.region}.amazonaws.com",
                        "RestApiId": identifier, "ApiId": identifier}


def _remove_api(place, physical):
    place.service("apigateway").apis.pop(physical, None)


def _stage(place, properties, physical):
    name = properties.get("StageName", "$default")
    api = properties.get("ApiId") or properties.get("RestApiId")
    place.service("apigateway").apis.setdefault(api, {})[name] = properties
    return name, {}


def _domain(place, properties, physical):
    return properties["DomainName"], AnyAttribute()


def _url(place, properties, physical):
    arn = place.arn("lambda", f"function:{properties['TargetFunctionArn'].rpartition(':')[2]}")
    address = f"https://{_random(32).lower()}.lambda-url.{place.region}.on.aws/"
    place.service("cloudcontrol").urls[arn] = address
    return arn, {"FunctionArn": arn, "FunctionUrl": address}


def _state_machine(place, properties, physical):
    name = properties.get("StateMachineName") or _generated(place, 80)
    arn = physical or place.arn("states", f"stateMachine:{name}")
    place.service("stepfunctions").machines[arn] = properties
    return arn, {"Arn": arn, "Name": arn.rpartition(":")[2]}


def _queue(place, properties, physical):
    name = properties.get("QueueName") or _generated(place, 80)
    return physical or f"https://sqs.{place.region}.amazonaws.com/{ACCOUNT}/{name}", {
        "Arn": place.arn("sqs", name), "QueueName": name}


def _with_arn(service, kind, name_property, region=True, arn_is_id=False):
    def make(place, properties, physical):
        name = properties.get(name_property) or _generated(place)
        arn = place.arn(service, f"{kind}{name}", region)
        return physical or (arn if arn_is_id else name), {"Arn": arn, "TopicArn": arn, "StreamArn": arn + "/stream/2024"}
    return make


MAKE = {
    "AWS::ApiGateway::DomainName": _domain, "AWS::ApiGatewayV2::DomainName": _domain,
    "AWS::ApiGateway::RestApi": _api, "AWS::ApiGatewayV2::Api": _api, "AWS::ApiGateway::Stage": _stage,
    "AWS::ApiGatewayV2::Stage": _stage, "AWS::DynamoDB::Table": _with_arn("dynamodb", "table/", "TableName"),
    "AWS::ECR::Repository": _repository, "AWS::IAM::Role": _with_arn("iam", "role/", "RoleName", region=False),
    "AWS::Kinesis::Stream": _with_arn("kinesis", "stream/", "Name"), "AWS::Lambda::Function": _function,
    "AWS::Lambda::LayerVersion": _layer, "AWS::Lambda::Url": _url, "AWS::Logs::LogGroup": _log_group, "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Topic": _with_arn("sns", "", "TopicName", arn_is_id=True), "AWS::SQS::Queue": _queue,
    "AWS::StepFunctions::StateMachine": _state_machine,
}
REMOVE = {"AWS::Lambda::Function": _remove_function, "AWS::S3::Bucket": _remove_bucket, "AWS::ECR::Repository": _remove_repository,
          "AWS::Logs::LogGroup": _remove_log_group, "AWS::ApiGateway::RestApi": _remove_api, "AWS::ApiGatewayV2::Api": _remove_api}


def make(kind, place, properties, physical=None):
    """Creates it, or updates the one with this physical id: (physical id, attributes)."""
    if kind in MAKE:
        return MAKE[kind](place, properties, physical)
    arn = place.arn(kind.split("::")[1].lower(), place.logical)
    return physical or _generated(place), AnyAttribute({"Arn": arn, "Version": "1"})


def remove(kind, place, physical):
    if kind in REMOVE:
        REMOVE[kind](place, physical)


def _failed(service, text):
    return ServiceError("ResourceFailed", f"Resource handler returned message: \"{text} (Service: {service}, Status Code: 400)\" "
                        "(RequestToken: 0, HandlerErrorCode: InvalidRequest)")


def same(first, second):
    return json.dumps(first, sort_keys=True, default=str) == json.dumps(second, sort_keys=True, default=str)
