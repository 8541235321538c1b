"""Which service and operation a request is meant for."""
import functools
import re
import urllib.parse

from .errors import Malformed
from .models import service_model, services_signing_as

UNSIGNED_PATHS = {"/federation/credentials": "sso", "/token": "sso-oidc", "/client/register": "sso-oidc",
                  "/device_authorization": "sso-oidc"}


def find(request, signed):
    """(ServiceModel, OperationModel, URI members)."""
    if signed is not None:
        candidates = services_signing_as(signed.service)
        if not candidates:
            raise Malformed(f"no service signs as {signed.service!r}")
    else:
        candidates = _unsigned(request)
    target = request.header("x-amz-target")
    for service in candidates:
        model = service_model(service)
        if model.protocol == "query":
            return model, _query_operation(model, request), {}
        if model.protocol == "json":
            prefix, _, name = (target or "").partition(".")
            if prefix != model.metadata["targetPrefix"] or name not in model.operation_names:
                raise Malformed(f"{service}: X-Amz-Target {target!r} names no operation")
            return model, model.operation_model(name), {}
        if found := _rest_operation(service, request):
            return (model, *found)
    raise Malformed(f"{'/'.join(candidates)}: no operation is {request.method} {request.target}")


def _unsigned(request):
    if request.raw_path in UNSIGNED_PATHS:
        return [UNSIGNED_PATHS[request.raw_path]]
    form = request.header("content-type", "").startswith("application/x-www-form-urlencoded")
    return ["sts"] if form else ["s3"]


def _query_operation(model, request):
    form = dict(urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True))
    name = form.get("Action")
    if name not in model.operation_names:
        raise Malformed(f"{model.service_name}: Action {name!r} names no operation")
    if form.get("Version") != model.api_version:
        raise Malformed(f"{model.service_name}: Version {form.get('Version')!r} instead of {model.api_version}")
    return model.operation_model(name)


@functools.lru_cache(maxsize=None)
def _patterns(service):
    """(method, path pattern, required query literals, length of literals, operation) of each operation."""
    rows = []
    model = service_model(service)
    for name in model.operation_names:
        operation = model.operation_model(name)
        path, _, query = operation.http["requestUri"].partition("?")
        pattern = "".join(
            f"(?P<{part[1:-1].rstrip('+').replace('-', '_')}>{'.+' if part.endswith('+}') else '[^/]+'})"
            if part.startswith("{") else re.escape(part) for part in re.split(r"(\{[^}]+\})", path))
        literals = urllib.parse.parse_qsl(query, keep_blank_values=True)
        plain = len(re.sub(r"\{[^}]+\}", "", path))
        rows.append((operation.http["method"], re.compile(pattern + "/?" if path != "/" else "/"), literals, plain, operation))
    return rows


def _rest_operation(service, request):
    best = None
    query = request.query
    names = {name for name, _ in query}
    for method, pattern, literals, plain, operation in _patterns(service):
        match = pattern.fullmatch(request.raw_path) if method == request.method else None
        if not match or not all((k, v) in query if v else k in names for k, v in literals):
            continue
        required = _required_outside_the_body(operation)
        if not all(_present(request, names, place, name) for place, name in required):
            continue
        rank = (plain, len(literals), len(required))
        if best is None or rank > best[0]:
            uri = {name: urllib.parse.unquote(value) for name, value in match.groupdict().items()}
            best = (rank, operation, uri)
    return best and best[1:]


def _required_outside_the_body(operation):
    shape = operation.input_shape
    if shape is None:
        return []
    rows = []
    for name in shape.required_members:
        serialization = shape.members[name].serialization
        if serialization.get("location") in ("querystring", "header"):
            rows.append((serialization["location"], serialization.get("name", name)))
    return rows


def _present(request, names, place, name):
    return name in names if place == "querystring" else request.header(name) is not None


