"""CloudFormation: the operations that clients call. Pages are short, so that clients have to follow them."""
import json
import re

from . import plan
from .change_sets import ChangeSets
from .engine import Engine
from .pages import paged
from .stack import Stack
from .template import (LARGEST_BODY, check_capabilities, expand, include, invalid, parse, required_capabilities, transforms_of)
from ...errors import ServiceError
from ...request import now
from ...world import Call, Service

UPDATABLE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED", "CREATE_FAILED", "IMPORT_COMPLETE"}


class CloudFormation(ChangeSets, Service):
    def __init__(self, world):
        super().__init__(world)
        self.by_id = {}
        self.scripts = []
        self.engine = Engine(self)

    # For tests: {"stack": name (missing: any), "resource": logical id, "action": CREATE|UPDATE|DELETE|ROLLBACK, "reason": text,
    # "times": n (0: always)}.
    def control_fail(self, body):
        self.scripts.append({"times": 1, "reason": "Resource handler returned message: \"failed on demand\"", **body})

    def control_create(self, body):
        """{"stack", "template", "parameters": {}, "region"}: a stack as if it had been deployed."""
        rows = [{"ParameterKey": key, "ParameterValue": value} for key, value in body.get("parameters", {}).items()]
        members = {"StackName": body["stack"], "TemplateBody": body["template"], "Parameters": rows,
                   "Capabilities": ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]}
        return self.create_stack(members, Call(body.get("region", "us-east-1"), None, None, "CreateStack"))

    def control_stacks(self, body):
        return [{"name": s.name, "id": s.id, "status": s.status, "resources": {n: r.physical for n, r in s.resources.items()},
                 "parameters": s.parameters, "change_sets": [c.name for c in s.change_sets.values()]} for s in self.by_id.values()]

    def scripted(self, stack, logical, action):
        """The reason why this is to fail, or None."""
        for script in self.scripts:
            if script.get("stack", stack) == stack and script["resource"] == logical and script.get("action", action) == action:
                script["times"] -= 1
                if script["times"] == 0:
                    self.scripts.remove(script)
                return script["reason"]
        return None

    def exports(self):
        return {row["ExportName"]: row["OutputValue"] for s in self.by_id.values() for row in s.outputs
                if row["ExportName"] and s.status != "DELETE_COMPLETE"}

    # Looking up.

    def find(self, name, region, message="Stack with id {} does not exist"):
        """By name (those that are not deleted) or by id."""
        stack = self.by_id.get(name) or next(
            (s for s in self.by_id.values() if s.name == name and s.region == region and s.status != "DELETE_COMPLETE"), None)
        if stack is None:
            raise invalid(message.format(name))
        return stack

    def has(self, name, region):
        return any(s.name == name and s.region == region and s.status != "DELETE_COMPLETE" for s in self.by_id.values())

    def fetch(self, url):
        """The text behind a template URL: path style or virtual host, at this server's endpoint or at S3's."""
        match = (re.fullmatch(re.escape(self.world.endpoint) + r"/([^/]+)/(.+)", url)
                 or re.fullmatch(r"https://s3[.-]?[a-z0-9-]*\.amazonaws\.com/([^/]+)/(.+)", url)
                 or re.fullmatch(r"https://([^/]+?)\.s3[.-]?[a-z0-9-]*\.amazonaws\.com/(.+)", url))
        if not match:
            raise invalid("TemplateURL must be a supported URL.")
        try:
            return self.world.services["s3"].read(*match.groups()).decode()
        except ServiceError as error:
            raise invalid(f"S3 error: {error.message} For more information check "
                          "http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html") from error

    def text_of(self, members, stack=None):
        if len(members.get("TemplateBody", "").encode()) > LARGEST_BODY:
            raise invalid(f"1 validation error detected: Value '{members['TemplateBody'][:40]}...' at 'templateBody' failed to satisfy "
                          f"constraint: Member must have length less than or equal to {LARGEST_BODY}")
        given = [name for name in ("TemplateBody", "TemplateURL") if name in members] + (
            ["UsePreviousTemplate"] if members.get("UsePreviousTemplate") else [])
        if len(given) != 1:
            raise invalid("Either Template URL or Template Body must be specified.")
        if given == ["UsePreviousTemplate"]:
            return stack.text
        return members["TemplateBody"] if given == ["TemplateBody"] else self.fetch(members["TemplateURL"])

    def processed(self, text, region):
        return expand(text, self.world.options.transform, region, self.world.services["s3"].read)

    @staticmethod
    def parameter_values(document, given, stack):
        """Name -> text of every parameter of the template."""
        declared, values = document.get("Parameters", {}), {}
        rows = {row["ParameterKey"]: row for row in given}
        if unknown := [name for name in rows if name not in declared]:
            raise invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
        missing = []
        for name, declaration in declared.items():
            row = rows.get(name, {})
            if row.get("UsePreviousValue"):
                if stack is None or name not in stack.parameters:
                    raise invalid(f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for a parameter key "
                                  "not in the previous template")
                values[name] = stack.parameters[name]
            elif "ParameterValue" in row:
                values[name] = row["ParameterValue"]
            elif "Default" in declaration:
                default = declaration["Default"]
                values[name] = str(default).lower() if isinstance(default, bool) else str(default)
            else:
                missing.append(name)
                continue
            allowed = [str(v) for v in declaration.get("AllowedValues", [])]
            if allowed and values[name] not in allowed:
                raise invalid(f"Parameter '{name}' must be one of AllowedValues")
            if (pattern := declaration.get("AllowedPattern")) and not re.fullmatch(pattern, values[name]):
                raise invalid(f"Parameter {name} failed to satisfy constraint: {declaration.get('ConstraintDescription', pattern)}")
        if missing:
            raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
        return values

    @staticmethod
    def require_updatable(stack):
        if stack.status not in UPDATABLE:
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")

    @staticmethod
    def take_settings(stack, members):
        stack.capabilities = members.get("Capabilities", [])
        stack.notifications = members.get("NotificationARNs", stack.notifications)
        stack.role = members.get("RoleARN", stack.role)
        if "Tags" in members:
            stack.tags = members["Tags"]

    # Stacks.

    def create_stack(self, members, call):
        if self.has(members["StackName"], call.region):
            raise ServiceError("AlreadyExistsException", f"Stack [{members['StackName']}] already exists")
        if "OnFailure" in members and "DisableRollback" in members:
            raise invalid("You can not specify both DisableRollback and OnFailure")
        text = self.text_of(members)
        document = self.processed(text, call.region)
        check_capabilities(document, members.get("Capabilities", []), bool(transforms_of(parse(text))))
        parameters = self.parameter_values(document, members.get("Parameters", []), None)
        stack = Stack(members["StackName"], call.region, protected=members.get("EnableTerminationProtection", False))
        plan.wanted(stack, document, parameters, self.exports())
        self.take_settings(stack, members)
        stack.disable_rollback = members.get("DisableRollback", members.get("DeploymentConfig", {}).get("DisableRollback", False))
        self.by_id[stack.id] = stack
        stack.set_status("CREATE_IN_PROGRESS", "User Initiated")
        self.engine.start(self.engine.deploy, stack, document, text, parameters, stack.disable_rollback, members.get("OnFailure", "ROLLBACK"))
        return {"StackId": stack.id}

    def update_stack(self, members, call):
        stack = self.find(members["StackName"], call.region, "Stack [{}] does not exist")
        text = self.text_of(members, stack)
        document = self.processed(text, call.region)
        self.require_updatable(stack)
        check_capabilities(document, members.get("Capabilities", []), bool(transforms_of(parse(text))))
        parameters = self.parameter_values(document, members.get("Parameters", []), stack)
        target = plan.wanted(stack, document, parameters, self.exports())
        if not self.differs(stack, document, parameters, target, members):
            raise invalid("No updates are to be performed.")
        self.take_settings(stack, members)
        stack.updated = now()
        stack.set_status("UPDATE_IN_PROGRESS", "User Initiated")
        self.engine.start(self.engine.deploy, stack, document, text, parameters, members.get(
            "DisableRollback", members.get("DeploymentConfig", {}).get("DisableRollback", False)))
        return {"StackId": stack.id}

    @staticmethod
    def differs(stack, document, parameters, target, members):
        same_outputs = document.get("Outputs", {}) == stack.document.get("Outputs", {})
        same_tags = "Tags" not in members or members["Tags"] == stack.tags
        resting = not stack.status.endswith("FAILED")
        return bool(plan.changes(stack.resources, target)) or not (same_outputs and same_tags and resting) or \
            parameters != stack.parameters

    def delete_stack(self, members, call):
        try:
            stack = self.find(members["StackName"], call.region)
        except ServiceError:
            return {}
        if stack.protected:
            raise invalid(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
        if stack.status in ("DELETE_COMPLETE", "DELETE_IN_PROGRESS"):
            return {}
        retained = members.get("RetainResources", [])
        if retained and stack.status != "DELETE_FAILED":
            raise invalid(f"Invalid operation on stack [{stack.id}]. Specify RetainResources only when the stack is in DELETE_FAILED state.")
        if stack.busy:
            raise invalid(f"Stack [{stack.id}] cannot be deleted while in status {stack.status}")
        stack.set_status("DELETE_IN_PROGRESS", "User Initiated")
        self.engine.start(self.engine.delete, stack, retained)
        return {}

    def rollback_stack(self, members, call):
        stack = self.find(members["StackName"], call.region, "Stack [{}] does not exist")
        if stack.status == "CREATE_FAILED":
            stack.set_status("ROLLBACK_IN_PROGRESS", "User Initiated")
            self.engine.start(self.engine.roll_back_creation, stack)
        elif stack.status == "UPDATE_FAILED":
            stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
            self.engine.start(self.engine.roll_back_update, stack)
        else:
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not be rolled back.")
        return {"StackId": stack.id}

    def continue_update_rollback(self, members, call):
        stack = self.find(members["StackName"], call.region, "Stack [{}] does not exist")
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            raise invalid(f"Stack:{stack.id} is in {stack.status} state and can not continue update rollback.")
        stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", "User Initiated")
        self.engine.start(self.engine.roll_back_update, stack)

    def cancel_update_stack(self, members, call):
        stack = self.find(members["StackName"], call.region, "Stack [{}] does not exist")
        if stack.status != "UPDATE_IN_PROGRESS":
            raise invalid("CancelUpdateStack cannot be called from current stack status")
        stack.status = "UPDATE_CANCELLED"

    def update_termination_protection(self, members, call):
        stack = self.find(members["StackName"], call.region, "Stack [{}] does not exist")
        stack.protected = members["EnableTerminationProtection"]
        return {"StackId": stack.id}

    # Reading.

    def describe_stacks(self, members, call):
        if "StackName" in members:
            return {"Stacks": [self._describe(self.find(members["StackName"], call.region))]}
        stacks = [s for s in self.by_id.values() if s.region == call.region and s.status != "DELETE_COMPLETE"]
        page, token = paged(stacks, members)
        return {"Stacks": [self._describe(s) for s in page], "NextToken": token}

    @staticmethod
    def _describe(stack):
        declared = stack.document.get("Parameters", {})
        rows = [{"ParameterKey": k, "ParameterValue": "****" if str(declared.get(k, {}).get("NoEcho", False)).lower() == "true" else v}
                for k, v in stack.parameters.items()]
        return {
            "StackId": stack.id, "StackName": stack.name, "StackStatus": stack.status, "StackStatusReason": stack.reason,
            "Description": stack.document.get("Description"), "CreationTime": stack.created, "LastUpdatedTime": stack.updated,
            "DeletionTime": stack.deleted, "DisableRollback": stack.disable_rollback, "NotificationARNs": stack.notifications,
            "Capabilities": stack.capabilities or None, "Outputs": stack.outputs or None, "Parameters": rows or None, "Tags": stack.tags,
            "RoleARN": stack.role, "EnableTerminationProtection": stack.protected, "ParentId": stack.parent, "RootId": stack.root,
            "ChangeSetId": stack.change_set, "RollbackConfiguration": {}, "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"}}

    def list_stacks(self, members, call):
        wanted = members.get("StackStatusFilter")
        stacks = [s for s in self.by_id.values() if s.region == call.region and (not wanted or s.status in wanted)]
        page, token = paged(stacks, members)
        return {"StackSummaries": [{"StackId": s.id, "StackName": s.name, "CreationTime": s.created, "StackStatus": s.status,
                                    "DeletionTime": s.deleted, "ParentId": s.parent, "RootId": s.root} for s in page], "NextToken": token}

    def describe_stack_events(self, members, call):
        stack = self.find(members["StackName"], call.region, "Stack [{}] does not exist")
        page, token = paged(stack.events[::-1], members)
        return {"StackEvents": page, "NextToken": token}

    def list_stack_resources(self, members, call):
        stack = self.find(members["StackName"], call.region)
        page, token = paged(list(stack.resources.items()), members)
        return {"StackResourceSummaries": [{
            "LogicalResourceId": logical, "PhysicalResourceId": r.physical, "ResourceType": r.kind, "LastUpdatedTimestamp": r.time or now(),
            "ResourceStatus": r.status, "ResourceStatusReason": r.reason, "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"}}
            for logical, r in page], "NextToken": token}

    def _resource_rows(self, stack):
        return [{"StackName": stack.name, "StackId": stack.id, "LogicalResourceId": logical, "PhysicalResourceId": r.physical,
                 "ResourceType": r.kind, "Timestamp": r.time or now(), "ResourceStatus": r.status} for logical, r in stack.resources.items()]

    def describe_stack_resources(self, members, call):
        if "PhysicalResourceId" in members:
            stacks = [s for s in self.by_id.values() if s.status != "DELETE_COMPLETE" and any(
                r.physical == members["PhysicalResourceId"] for r in s.resources.values())]
            if not stacks:
                raise invalid(f"Stack for {members['PhysicalResourceId']} does not exist")
        else:
            stacks = [self.find(members.get("StackName"), call.region)]
        rows = self._resource_rows(stacks[0])
        return {"StackResources": [row for row in rows if members.get("LogicalResourceId", row["LogicalResourceId"]) == row["LogicalResourceId"]]}

    def describe_stack_resource(self, members, call):
        stack = self.find(members["StackName"], call.region, "Stack '{}' does not exist")
        found = stack.resources.get(members["LogicalResourceId"])
        if found is None:
            raise invalid(f"Resource {members['LogicalResourceId']} does not exist for stack {stack.name}")
        return {"StackResourceDetail": {
            "StackName": stack.name, "StackId": stack.id, "LogicalResourceId": members["LogicalResourceId"],
            "PhysicalResourceId": found.physical, "ResourceType": found.kind, "LastUpdatedTimestamp": found.time or now(),
            "ResourceStatus": found.status}}

    def get_template(self, members, call):
        if "ChangeSetName" in members:
            change_set = self.find_change_set(members, call)
            text, document = change_set.text, change_set.document
        else:
            stack = self.find(members["StackName"], call.region)
            text, document = stack.text, stack.document
        if members.get("TemplateStage") == "Processed":
            text = json.dumps(document)
        return {"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]}

    def get_template_summary(self, members, call):
        if "StackName" in members:
            document = parse(self.find(members["StackName"], call.region).text or "{}")
        else:
            document = parse(self.text_of(members))
        document = include(document, self.world.services["s3"].read)
        rows = [{"ParameterKey": name, "DefaultValue": str(p["Default"]) if "Default" in p else None,
                 "ParameterType": p.get("Type", "String"), "NoEcho": str(p.get("NoEcho", False)).lower() == "true",
                 "Description": p.get("Description"), "ParameterConstraints": {}} for name, p in document.get("Parameters", {}).items()]
        transforms = transforms_of(document)
        return {"Parameters": rows, "Description": document.get("Description"), "DeclaredTransforms": transforms,
                "ResourceTypes": sorted({r["Type"] for r in document.get("Resources", {}).values()}),
                "Capabilities": required_capabilities({"Resources": document.get("Resources", {})}, bool(transforms)),
                "Version": str(document.get("AWSTemplateFormatVersion", "2010-09-09"))}

    def validate_template(self, members, call):
        text = self.text_of(members)
        document = self.processed(text, call.region)
        return {"Parameters": [{"ParameterKey": n, "DefaultValue": str(p.get("Default", "")), "NoEcho": False}
                               for n, p in document.get("Parameters", {}).items()], "Description": document.get("Description"),
                "Capabilities": required_capabilities(document, False), "DeclaredTransforms": transforms_of(parse(text))}

    def list_exports(self, members, call):
        return {"Exports": [{"Name": n, "Value": v} for n, v in self.exports().items()]}
