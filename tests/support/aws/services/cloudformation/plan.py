"""What a template makes of a stack: resources in order of dependency, and the differences to what is there."""
from . import kinds
from .intrinsics import Evaluator
from .stack import Resource
from .template import invalid, references
from ...world import ACCOUNT


def evaluator(stack, document, parameters, resources, exports):
    pseudo = {"AWS::Region": stack.region, "AWS::AccountId": ACCOUNT, "AWS::StackName": stack.name, "AWS::StackId": stack.id,
              "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com", "AWS::NotificationARNs": stack.notifications}

    def resource(logical):
        found = resources.get(logical)
        return (found.physical, found.attributes) if found and found.physical else None

    return Evaluator(document, parameters, pseudo, resource, exports)


def wanted(stack, document, parameters, exports):
    """Logical id -> Resource with properties in which other resources are <Logical>."""
    evaluate = evaluator(stack, document, parameters, {}, exports)
    result = {}
    for logical in in_order(document):
        definition = document["Resources"][logical]
        if "Condition" not in definition or evaluate.condition(definition["Condition"]):
            result[logical] = Resource(definition["Type"], evaluate.value(definition.get("Properties", {})), definition)
    return result


def in_order(document):
    resources, order, open_ones = document["Resources"], [], []

    def visit(logical):
        if logical in order:
            return
        if logical in open_ones:
            raise invalid(f"Circular dependency between resources: [{', '.join(sorted(open_ones))}]")
        open_ones.append(logical)
        named = resources[logical].get("DependsOn", [])
        for other in sorted(references(resources[logical].get("Properties", {})) | set([named] if isinstance(named, str) else named)):
            if other in resources:
                visit(other)
        open_ones.remove(logical)
        order.append(logical)

    for logical in resources:
        visit(logical)
    return order


def changes(current, target):
    """Of a change set: what is added, modified (with Replacement) and removed."""
    rows = []
    for logical, resource in target.items():
        before = current.get(logical)
        if before is None:
            rows.append({"Action": "Add", "LogicalResourceId": logical, "ResourceType": resource.kind, "Scope": [], "Details": []})
        elif before.kind != resource.kind:
            raise invalid(f"Update of resource type is not permitted. The new template modifies resource type of the following "
                          f"resources: [{logical}]")
        elif changed := changed_properties(before, resource):
            rows.append({
                "Action": "Modify", "LogicalResourceId": logical, "PhysicalResourceId": before.physical, "ResourceType": resource.kind,
                "Replacement": "True" if kinds.replaces(resource.kind, changed) else "False", "Scope": ["Properties"],
                "Details": [{"Target": {"Attribute": "Properties", "Name": name}, "Evaluation": "Static",
                             "ChangeSource": "DirectModification"} for name in sorted(changed)]})
    replaced = {row["LogicalResourceId"] for row in rows if row.get("Replacement") == "True"}
    for logical, resource in target.items():
        touched = references(resource.definition.get("Properties", {})) & replaced
        if touched and logical in current and not any(row["LogicalResourceId"] == logical for row in rows):
            rows.append({"Action": "Modify", "LogicalResourceId": logical, "PhysicalResourceId": current[logical].physical,
                         "ResourceType": resource.kind, "Scope": ["Properties"], "Details": [],
                         "Replacement": "Conditional" if resource.kind in kinds.IMMUTABLE else "False"})
    rows += [{"Action": "Remove", "LogicalResourceId": logical, "PhysicalResourceId": resource.physical,
              "ResourceType": resource.kind, "Scope": [], "Details": []}
             for logical, resource in current.items() if logical not in target]
    return rows


def changed_properties(before, after):
    names = set(before.properties) | set(after.properties)
    return {name for name in names if not kinds.same(before.properties.get(name), after.properties.get(name))}
