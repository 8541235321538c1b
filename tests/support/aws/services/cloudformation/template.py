"""Templates: from text, through AWS::Include and the SAM transform, to checked maps."""
import json
import os
import re
import subprocess
import tempfile

import yaml

from ...errors import ServiceError

LARGEST_BODY = 51200
IAM_TYPES = {"AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::ManagedPolicy",
             "AWS::IAM::InstanceProfile", "AWS::IAM::AccessKey", "AWS::IAM::UserToGroupAddition"}
IAM_NAMES = {"RoleName", "UserName", "GroupName", "ManagedPolicyName", "InstanceProfileName"}
SECTIONS = {"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions", "Transform",
            "Resources", "Outputs", "Hooks", "Globals"}


def invalid(message):
    return ServiceError("ValidationError", message)


class _Loader(yaml.SafeLoader):
    """YAML as CloudFormation reads it: short intrinsics; dates stay text."""


def _short_intrinsic(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".", 1) if suffix == "GetAtt" else value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_intrinsic)
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if tag != "tag:yaml.org,2002:timestamp"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def parse(text):
    try:
        document = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _Loader)
    except (ValueError, yaml.YAMLError) as error:
        raise invalid(f"Template format error: {'JSON' if text.lstrip().startswith('{') else 'YAML'} not well-formed. "
                      f"({str(error).splitlines()[-1].strip()})") from None
    if not isinstance(document, dict):
        raise invalid("Template format error: unsupported structure.")
    return document


def transforms_of(document):
    named = document.get("Transform", [])
    return [t if isinstance(t, str) else t.get("Name", "") for t in (named if isinstance(named, list) else [named])]


def include(node, read_s3):
    """Replaces every Fn::Transform of AWS::Include by what its location holds."""
    if isinstance(node, list):
        return [include(item, read_s3) for item in node]
    if not isinstance(node, dict):
        return node
    result = {}
    for key, value in node.items():
        if key == "Fn::Transform" and isinstance(value, dict) and value.get("Name") == "AWS::Include":
            location = value.get("Parameters", {}).get("Location", "")
            match = re.fullmatch(r"s3://([^/]+)/(.+)", location)
            if not match:
                raise invalid("Transform AWS::Include failed with: The location parameter is not a valid S3 uri.")
            result.update(parse(read_s3(*match.groups()).decode()))
        else:
            result[key] = include(value, read_s3)
    return result


def expand(text, program, region, read_s3):
    """The processed template; `program` does the SAM transform."""
    document = include(parse(text), read_s3)
    if transforms := transforms_of(document):
        if not program:
            raise invalid(f"Transform {transforms[0]} failed with: the test server was started without --transform")
        document = _run_transform(document, program, region)
    check(document)
    return document


def _run_transform(document, program, region):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "template.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SAM_"))}
        done = subprocess.run([program, "transform", "-t", path, "--region", region], capture_output=True, text=True, env=keep, check=False)
        if done.returncode != 0:
            raise invalid("Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification "
                          f"document. {done.stderr.strip()}")
        return json.loads(done.stdout)


def references(node):
    """Logical ids that Ref, GetAtt and Sub in the node name."""
    found = set()
    if isinstance(node, list):
        for item in node:
            found |= references(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref" and isinstance(value, str):
                found.add(value)
            elif key == "Fn::GetAtt":
                found.add(value.split(".")[0] if isinstance(value, str) else value[0])
            elif key == "Fn::Sub":
                text, own = (value, {}) if isinstance(value, str) else (value[0], value[1])
                names = {n.split(".")[0] for n in re.findall(r"\$\{([^!][^}]*)\}", text)}
                found |= {n for n in names if n not in own} | references(list(own.values()))
            else:
                found |= references(value)
    return {name for name in found if not name.startswith("AWS::")}


def check(document):
    unknown = [key for key in document if key not in SECTIONS]
    if unknown:
        raise invalid(f"Invalid template property or properties [{', '.join(unknown)}]")
    resources = document.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise invalid("Template format error: At least one Resources member must be defined.")
    for logical, resource in resources.items():
        if not re.fullmatch("[A-Za-z0-9]+", logical):
            raise invalid(f"Template format error: Resource name {logical} is non alphanumeric.")
        if not isinstance(resource, dict) or "Type" not in resource:
            raise invalid(f"Template format error: [/Resources/{logical}] Every Resources object must contain a Type member.")
        if not re.fullmatch(r"(AWS|Alexa)::\w+::\w+(::\w+)?|Custom::[\w@-]+", resource["Type"]) or resource["Type"].startswith("AWS::Serverless::"):
            raise invalid(f"Template format error: Unrecognized resource types: [{resource['Type']}]")
    known = set(resources) | set(document.get("Parameters", {}))
    missing = references(resources) - known
    if missing:
        raise invalid(f"Template format error: Unresolved resource dependencies [{', '.join(sorted(missing))}] in the Resources block "
                      "of the template")
    missing = references(document.get("Outputs", {})) - known
    if missing:
        raise invalid(f"Template format error: Unresolved resource dependencies [{', '.join(sorted(missing))}] in the Outputs block of "
                      "the template")


def required_capabilities(document, is_macro):
    """What has to be acknowledged: the weakest sufficient one first."""
    iam = [r for r in document["Resources"].values() if r["Type"] in IAM_TYPES]
    named = any(IAM_NAMES & set(r.get("Properties", {})) for r in iam)
    needed = ["CAPABILITY_NAMED_IAM"] if named else ["CAPABILITY_IAM"] if iam else []
    return needed + (["CAPABILITY_AUTO_EXPAND"] if is_macro else [])


def check_capabilities(document, given, is_macro):
    for needed in required_capabilities(document, is_macro):
        enough = {needed, "CAPABILITY_NAMED_IAM"} if needed == "CAPABILITY_IAM" else {needed}
        if not enough & set(given):
            raise ServiceError("InsufficientCapabilitiesException", f"Requires capabilities : [{needed}]")
