"""JSON bodies to members, with the JSON type that each shape requires."""
import datetime
import json

from . import scalars
from .errors import Malformed

JSON_TYPES = {"string": str, "boolean": bool, "structure": dict, "map": dict, "list": list, "blob": str}


def document(body):
    try:
        return json.loads(body.decode())
    except (UnicodeDecodeError, ValueError) as error:
        raise Malformed(f"the body is no JSON: {error}") from None


def value(shape, data, where):
    kind = shape.type_name
    if kind in scalars.NUMBERS:
        allowed = (int,) if scalars.NUMBERS[kind] is int else (int, float)
        if not isinstance(data, allowed) or isinstance(data, bool):
            raise Malformed(f"{where}: {data!r} is no {kind}")
        return data
    if kind == "timestamp":
        return _time(shape, data, where)
    if not isinstance(data, JSON_TYPES[kind]):
        raise Malformed(f"{where}: {data!r} is no {kind}")
    if kind == "structure":
        return structure(shape, data, where)
    if kind == "list":
        return [value(shape.member, item, f"{where}[{index}]") for index, item in enumerate(data)]
    if kind == "map":
        return {key: value(shape.value, item, f"{where}.{key}") for key, item in data.items()}
    return scalars.from_base64(data, where) if kind == "blob" else data


def _time(shape, data, where):
    if shape.serialization.get("timestampFormat") in ("iso8601", "rfc822"):
        if not isinstance(data, str):
            raise Malformed(f"{where}: {data!r} is no text of a time")
        return scalars.time_from_text(shape, data, where)
    if not isinstance(data, (int, float)) or isinstance(data, bool):
        raise Malformed(f"{where}: {data!r} is no time in seconds")
    return datetime.datetime.fromtimestamp(data, datetime.timezone.utc)


def structure(shape, data, where, only=None):
    """`only`: the members that travel in the body; all when it is None."""
    if not isinstance(data, dict):
        raise Malformed(f"{where}: {data!r} is no structure")
    by_wire = {m.serialization.get("name", n): (n, m) for n, m in shape.members.items() if only is None or n in only}
    members = {}
    for wire, item in data.items():
        if wire not in by_wire:
            raise Malformed(f"{where or shape.name} knows no member {wire}")
        if item is None:
            continue
        name, member = by_wire[wire]
        members[name] = value(member, item, f"{where}.{name}" if where else name)
    return members


def parse(operation, request):
    version = operation.service_model.metadata["jsonVersion"]
    if request.header("content-type") != f"application/x-amz-json-{version}":
        raise Malformed(f"Content-Type {request.header('content-type')!r} instead of application/x-amz-json-{version}")
    data = document(request.body)
    return structure(operation.input_shape, data, "") if operation.input_shape else {}
