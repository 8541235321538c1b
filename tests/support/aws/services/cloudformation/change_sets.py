"""Change sets: made from a template, read, executed, deleted."""
import uuid

from . import plan
from .pages import paged
from .stack import ChangeSet, Stack
from .template import check_capabilities, invalid
from ...errors import ServiceError
from ...request import now
from ...world import ACCOUNT

NO_CHANGES = ("The submitted information didn't contain changes. Submit different information to create a change set.")


class ChangeSets:
    """Part of CloudFormation."""

    def create_change_set(self, members, call):
        name, kind = members["StackName"], members.get("ChangeSetType", "UPDATE")
        if kind == "CREATE":
            stack = self._stack_to_create(name, members, call)
        else:
            stack = self.find(name, call.region, "Stack [{}] does not exist")
        text = self.text_of(members, stack)
        document = self.processed(text, call.region)
        if kind == "UPDATE":
            self.require_updatable(stack)
        if any(c.name == members["ChangeSetName"] for c in stack.change_sets.values()):
            raise ServiceError("AlreadyExistsException", f"ChangeSet {members['ChangeSetName']} cannot be created due to a mismatch with "
                               "existing attribute Name")
        check_capabilities(document, members.get("Capabilities", []), False)
        parameters = self.parameter_values(document, members.get("Parameters", []), stack if kind == "UPDATE" else None)
        target = plan.wanted(stack, document, parameters, self.exports())
        if stack.id not in self.by_id:
            self.by_id[stack.id] = stack
            stack.tags = members.get("Tags", [])
            stack.set_status("REVIEW_IN_PROGRESS", "User Initiated")
        identifier = f"arn:aws:cloudformation:{call.region}:{ACCOUNT}:changeSet/{members['ChangeSetName']}/{uuid.uuid4()}"
        change_set = ChangeSet(members["ChangeSetName"], identifier, kind, members, text, document, parameters)
        stack.change_sets[identifier] = change_set
        self.engine.start(self._finish, stack, change_set, target)
        return {"Id": identifier, "StackId": stack.id}

    def _stack_to_create(self, name, members, call):
        if not self.has(name, call.region):
            return Stack(name, call.region)
        stack = self.find(name, call.region)
        if stack.status != "REVIEW_IN_PROGRESS":
            raise invalid(f"Stack [{name}] already exists and cannot be created again with the changeSet [{members['ChangeSetName']}].")
        return stack

    def _finish(self, stack, change_set, target):
        self.engine.step()
        with self.world.lock:
            try:
                change_set.changes = plan.changes(stack.resources, target)
                differs = self.differs(stack, change_set.document, change_set.parameters, target, change_set.members)
            except ServiceError as error:
                change_set.status, change_set.reason = "FAILED", error.message
                return
            if change_set.kind == "UPDATE" and not differs:
                has_transform = "Transform" in change_set.text
                change_set.status = "FAILED"
                change_set.reason = "No updates are to be performed." if has_transform else NO_CHANGES
            else:
                change_set.status, change_set.execution = "CREATE_COMPLETE", "AVAILABLE"

    def find_change_set(self, members, call):
        name = members["ChangeSetName"]
        for stack in self.by_id.values():
            if name in stack.change_sets:
                return stack.change_sets[name]
        if "StackName" not in members:
            raise invalid("StackName must be specified if ChangeSetName is not specified as an ARN.")
        stack = self.find(members["StackName"], call.region, "Stack [{}] does not exist")
        for change_set in stack.change_sets.values():
            if change_set.name == name:
                return change_set
        raise ServiceError("ChangeSetNotFound", f"ChangeSet [{name}] does not exist", 404)

    def _stack_of(self, change_set):
        return next(stack for stack in self.by_id.values() if change_set.id in stack.change_sets)

    def describe_change_set(self, members, call):
        change_set = self.find_change_set(members, call)
        stack, asked = self._stack_of(change_set), change_set.members
        page, token = paged(change_set.changes, members)
        return {
            "ChangeSetName": change_set.name, "ChangeSetId": change_set.id, "StackId": stack.id, "StackName": stack.name,
            "Description": asked.get("Description"), "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in
                                                                   change_set.parameters.items()] or None,
            "CreationTime": change_set.created, "ExecutionStatus": change_set.execution, "Status": change_set.status,
            "StatusReason": change_set.reason, "NotificationARNs": asked.get("NotificationARNs", []), "RollbackConfiguration": {},
            "Capabilities": asked.get("Capabilities"), "Tags": asked.get("Tags"), "IncludeNestedStacks": False,
            "Changes": [{"Type": "Resource", "ResourceChange": row} for row in page], "NextToken": token}

    def list_change_sets(self, members, call):
        stack = self.find(members["StackName"], call.region, "Stack [{}] does not exist")
        return {"Summaries": [{"StackId": stack.id, "StackName": stack.name, "ChangeSetId": c.id, "ChangeSetName": c.name,
                               "ExecutionStatus": c.execution, "Status": c.status, "StatusReason": c.reason, "CreationTime": c.created,
                               "Description": c.members.get("Description")} for c in stack.change_sets.values()]}

    def delete_change_set(self, members, call):
        try:
            change_set = self.find_change_set(members, call)
        except ServiceError as error:
            if error.code == "ChangeSetNotFound":
                return
            raise
        if change_set.execution == "EXECUTE_IN_PROGRESS":
            raise ServiceError("InvalidChangeSetStatus", f"ChangeSet [{change_set.id}] is being executed")
        del self._stack_of(change_set).change_sets[change_set.id]

    def execute_change_set(self, members, call):
        change_set = self.find_change_set(members, call)
        stack = self._stack_of(change_set)
        if change_set.execution != "AVAILABLE":
            raise ServiceError("InvalidChangeSetStatus", f"ChangeSet [{change_set.id}] cannot be executed in its current execution status of "
                               f"[{change_set.execution}]")
        if change_set.kind == "UPDATE":
            self.require_updatable(stack)
        self.take_settings(stack, change_set.members)
        stack.disable_rollback = members.get(
            "DisableRollback", change_set.members.get("DeploymentConfig", {}).get("DisableRollback", False))
        stack.change_set, change_set.execution = change_set.id, "EXECUTE_IN_PROGRESS"
        if change_set.kind == "UPDATE":
            stack.updated = now()
        stack.set_status(f"{change_set.kind}_IN_PROGRESS", "User Initiated")
        stack.change_sets = {change_set.id: change_set}  # the others were made for the state before
        self.engine.start(self._execute, stack, change_set)
        return {}

    def _execute(self, stack, change_set):
        self.engine.deploy(stack, change_set.document, change_set.text, change_set.parameters, stack.disable_rollback)
        with self.world.lock:
            failed = "ROLLBACK" in stack.status or stack.status.endswith("FAILED")
            change_set.execution = "EXECUTE_FAILED" if failed else "EXECUTE_COMPLETE"
