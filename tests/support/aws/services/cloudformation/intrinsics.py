"""Evaluates intrinsic functions of one stack."""
import base64
import re

from .template import invalid


class Evaluator:
    """`resource` gives (physical id, attributes) of a logical id, or None while it does not exist."""

    def __init__(self, document, parameters, pseudo, resource, exports=None):
        self.document, self.parameters, self.pseudo = document, parameters, pseudo
        self.resource, self.exports = resource, exports or {}

    def condition(self, name):
        conditions = self.document.get("Conditions", {})
        if name not in conditions:
            raise invalid(f"Template format error: Unresolved condition dependency {name}")
        return self.truth(conditions[name])

    def truth(self, node):
        (name, value), = node.items()
        if name == "Condition":
            return self.condition(value)
        if name == "Fn::Equals":
            return str(self.value(value[0])) == str(self.value(value[1]))
        if name == "Fn::Not":
            return not self.truth(value[0])
        if name == "Fn::And":
            return all(self.truth(item) for item in value)
        if name == "Fn::Or":
            return any(self.truth(item) for item in value)
        raise invalid(f"Template format error: {name} is no condition function")

    def value(self, node):
        """The node without intrinsics; AWS::NoValue drops map entries and list items."""
        if isinstance(node, list):
            return [v for v in (self.value(item) for item in node) if v is not _NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name, value), = node.items()
            function = _FUNCTIONS.get(name)
            if function:
                return function(self, value)
        result = {key: self.value(item) for key, item in node.items()}
        return {key: item for key, item in result.items() if item is not _NO_VALUE}

    def ref(self, name):
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            value = self.parameters[name]
            kind = self.document["Parameters"][name].get("Type", "String")
            return value.split(",") if kind == "CommaDelimitedList" or kind.startswith("List<") else value
        found = self.resource(name)
        return found[0] if found else f"<{name}>"

    def get_att(self, value):
        logical, _, attribute = value.partition(".") if isinstance(value, str) else (value[0], ".", self.value(value[1]))
        found = self.resource(logical)
        if not found:
            return f"<{logical}.{attribute}>"
        if attribute not in found[1]:
            raise invalid(f"Template error: resource {logical} does not support attribute type {attribute} in Fn::GetAtt")
        return found[1][attribute]

    def sub(self, value):
        text, own = (value, {}) if isinstance(value, str) else (value[0], {k: self.value(v) for k, v in value[1].items()})

        def replacement(match):
            name = match[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in own:
                return str(own[name])
            return str(self.get_att(name) if "." in name else self.ref(name))

        return re.sub(r"\$\{([^}]+)\}", replacement, text)

    def find_in_map(self, value):
        names = [self.value(item) for item in value[:3]]
        try:
            return self.value(self.document["Mappings"][names[0]][names[1]][names[2]])
        except KeyError:
            raise invalid(f"Template error: Unable to get mapping for {'::'.join(map(str, names))}") from None

    def import_value(self, value):
        name = self.value(value)
        if name not in self.exports:
            raise invalid(f"No export named {name} found.")
        return self.exports[name]


_NO_VALUE = object()
_FUNCTIONS = {
    "Ref": Evaluator.ref, "Fn::GetAtt": Evaluator.get_att, "Fn::Sub": Evaluator.sub, "Fn::FindInMap": Evaluator.find_in_map,
    "Fn::ImportValue": Evaluator.import_value,
    "Fn::If": lambda e, v: e.value(v[1] if e.condition(v[0]) else v[2]),
    "Fn::Join": lambda e, v: v[0].join(str(item) for item in e.value(v[1])),
    "Fn::Select": lambda e, v: e.value(v[1])[int(e.value(v[0]))],
    "Fn::Split": lambda e, v: str(e.value(v[1])).split(v[0]),
    "Fn::Base64": lambda e, v: base64.b64encode(str(e.value(v)).encode()).decode(),
    "Fn::GetAZs": lambda e, v: [f"{e.pseudo['AWS::Region']}{zone}" for zone in "abc"],
}
