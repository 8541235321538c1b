"""Query protocol: `Tags.member.1.Key=..` to members."""
import re
import urllib.parse

from . import scalars
from .errors import Malformed


def parse(operation, request):
    try:
        pairs = urllib.parse.parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
    except (UnicodeDecodeError, ValueError) as error:
        raise Malformed(f"the body is no form: {error}") from None
    form = {}
    for name, value in pairs:
        if name in form:
            raise Malformed(f"{name} is given twice")
        form[name] = value
    form.pop("Action"), form.pop("Version")
    reader = _Reader(form)
    members = reader.structure(operation.input_shape, "") if operation.input_shape else {}
    if form:
        raise Malformed(f"{operation.name} knows no parameter {', '.join(form)}")
    return members


class _Reader:
    """Takes what it reads out of the form, so that the rest is what nobody knows."""

    def __init__(self, form):
        self.form = form

    def structure(self, shape, prefix):
        members = {}
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            key = f"{prefix}.{wire}" if prefix else wire
            if self.present(key):
                members[name] = self.value(member, key)
        return members

    def present(self, key):
        return key in self.form or any(name.startswith(key + ".") for name in self.form)

    def value(self, shape, key):
        if shape.type_name == "structure":
            return self.structure(shape, key)
        if shape.type_name == "list":
            return self.list(shape, key)
        if shape.type_name == "map":
            return self.map(shape, key)
        if key not in self.form:
            raise Malformed(f"{key} is a {shape.type_name}, not a structure or list")
        return scalars.from_text(shape, self.form.pop(key), key)

    def indices(self, key):
        found = sorted({int(match[1]) for name in self.form if (match := re.match(re.escape(key) + r"\.(\d+)(?:\.|$)", name))})
        if found != list(range(1, len(found) + 1)):
            raise Malformed(f"{key}: the numbers are not 1, 2, ...: {found}")
        return found

    def list(self, shape, key):
        if key in self.form:
            if self.form.pop(key) != "":
                raise Malformed(f"{key} is a list")
            return []
        if not shape.serialization.get("flattened"):
            key = f"{key}.{shape.member.serialization.get('name', 'member')}"
        indices = self.indices(key)
        if not indices:
            raise Malformed(f"{key}: the list is not written as {key}.1, {key}.2, ...")
        return [self.value(shape.member, f"{key}.{index}") for index in indices]

    def map(self, shape, key):
        if not shape.serialization.get("flattened"):
            key += ".entry"
        result = {}
        for index in self.indices(key):
            name = self.value(shape.key, f"{key}.{index}.{shape.key.serialization.get('name', 'key')}")
            result[name] = self.value(shape.value, f"{key}.{index}.{shape.value.serialization.get('name', 'value')}")
        return result
