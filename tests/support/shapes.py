"""Checks JSON against the shapes under schemas/outputs: the part of JSON Schema that they use."""
import json
import pathlib
import re

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "schemas/outputs"
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float),
         "null": type(None)}


def faults(value, shape, place="$"):
    """What of `value` has another shape, a line each."""
    unknown = set(shape) - {"type", "properties", "required", "additionalProperties", "items", "minItems", "enum",
                            "anyOf", "pattern", "minLength", "minimum"}
    if unknown:
        yield f"{place}: the shape has members that are not checked: {sorted(unknown)}"
    if "enum" in shape and value not in shape["enum"]:
        yield f"{place}: {value!r} is none of {shape['enum']}"
    if "anyOf" in shape and all(list(faults(value, one, place)) for one in shape["anyOf"]):
        yield f"{place}: {value!r} has none of the shapes"
    wanted = shape.get("type", [])
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool)) for name in wanted):
        yield f"{place}: {value!r} is no {' or '.join(wanted)}"
        return
    if isinstance(value, dict):
        for name in shape.get("required", []):
            if name not in value:
                yield f"{place}: {name} is missing"
        for name, member in value.items():
            known = shape.get("properties", {}).get(name)
            if known is not None:
                yield from faults(member, known, f"{place}.{name}")
            elif shape.get("additionalProperties", True) is False:
                yield f"{place}: {name} is not in the shape"
    elif isinstance(value, list):
        if len(value) < shape.get("minItems", 0):
            yield f"{place}: has {len(value)} items only"
        for index, item in enumerate(value):
            yield from faults(item, shape.get("items", {}), f"{place}[{index}]")
    elif isinstance(value, str):
        if len(value) < shape.get("minLength", 0):
            yield f"{place}: is empty"
        if "pattern" in shape and not re.search(shape["pattern"], value):
            yield f"{place}: {value!r} does not match {shape['pattern']}"
    elif isinstance(value, int) and value < shape.get("minimum", value):
        yield f"{place}: {value} is too small"


def faults_of_output(name, text):
    """What of the JSON `text` is not as schemas/outputs/<name>.json says."""
    return list(faults(json.loads(text), json.loads((FOLDER / f"{name}.json").read_text())))
