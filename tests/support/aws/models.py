"""Service models: Debian's, each with what its overlay adds (overlays/SERVICE.json: maps merge, lists are appended)."""
import functools
import json
import pathlib

import botocore
from botocore.model import ServiceModel

DATA = pathlib.Path(botocore.__file__).parent / "data"
OVERLAYS = pathlib.Path(__file__).parent / "overlays"

# The services that are known here; several may sign with one name.
SERVICES = ("apigateway", "apigatewayv2", "cloudcontrol", "cloudformation", "ecr", "iam", "lambda", "logs", "s3",
            "signer", "sso", "sso-oidc", "stepfunctions", "sts", "xray")


def _merge(into, other):
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        elif isinstance(value, list) and isinstance(into.get(key), list):
            into[key].extend(item for item in value if item not in into[key])
        else:
            into[key] = value


@functools.lru_cache(maxsize=None)
def service_model(service):
    newest = sorted((DATA / service).iterdir())[-1]
    description = json.loads((newest / "service-2.json").read_text())
    overlay = OVERLAYS / f"{service}.json"
    if overlay.exists():
        _merge(description, json.loads(overlay.read_text()))
    return ServiceModel(description, service)


@functools.lru_cache(maxsize=None)
def services_signing_as(signing_name):
    return [name for name in SERVICES if service_model(name).signing_name == signing_name]
