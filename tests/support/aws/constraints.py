"""What a model says about values beyond their types: required members, enums, lengths, ranges, patterns."""
import functools
import re

from .errors import Malformed


@functools.lru_cache(maxsize=None)
def _compiled(pattern):
    """None for the few patterns in a dialect that Python does not read."""
    try:
        return re.compile(pattern)
    except re.error:
        return None


def check(shape, value, where):
    kind = shape.type_name
    if kind == "structure":
        for name in shape.required_members:
            if name not in value:
                raise Malformed(f"{where or shape.name}: the required member {name} is missing")
        if shape.is_tagged_union and len(value) != 1:
            raise Malformed(f"{where or shape.name}: exactly one member has to be set")
        for name, item in value.items():
            check(shape.members[name], item, f"{where}.{name}" if where else name)
    elif kind == "list":
        _bounds(shape, len(value), where, "items")
        for index, item in enumerate(value):
            check(shape.member, item, f"{where}[{index}]")
    elif kind == "map":
        _bounds(shape, len(value), where, "entries")
        for key, item in value.items():
            check(shape.key, key, f"{where} key")
            check(shape.value, item, f"{where}.{key}")
    elif kind == "string":
        _text(shape, value, where)
    elif kind == "blob":
        if not shape.serialization.get("streaming"):
            _bounds(shape, len(value), where, "bytes")
    elif kind in ("integer", "long", "float", "double"):
        _bounds(shape, value, where, "")


def _bounds(shape, number, where, unit):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and number < low:
        raise Malformed(f"{where}: {number} {unit} are fewer than {low}")
    if high is not None and number > high:
        raise Malformed(f"{where}: {number} {unit} are more than {high}")


def _text(shape, value, where):
    _bounds(shape, len(value), where, "characters")
    if shape.enum and value not in shape.enum:
        raise Malformed(f"{where}: {value!r} is none of {', '.join(shape.enum)}")
    pattern = shape.metadata.get("pattern")
    if pattern and (compiled := _compiled(pattern)) and not compiled.fullmatch(value):
        raise Malformed(f"{where}: {value!r} does not match {pattern}")
