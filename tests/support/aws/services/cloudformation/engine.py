"""Carries out stack operations, one resource a step, in threads of their own."""
import copy
import threading
import time

from . import kinds, plan
from .stack import STACK, Stack
from .template import expand, invalid
from ...errors import ServiceError
from ...request import now


class Failed(Exception):
    """A resource that could not be created, updated or deleted."""


class Engine:
    def __init__(self, service):
        self.service, self.world = service, service.world

    def start(self, function, *arguments):
        threading.Thread(target=function, args=arguments, daemon=True).start()

    def step(self):
        time.sleep(self.world.options.step_seconds)

    # Create and update.

    def deploy(self, stack, document, text, parameters, disable_rollback=False, on_failure="ROLLBACK"):
        """Makes the stack what the template says. The caller has set CREATE_IN_PROGRESS or UPDATE_IN_PROGRESS."""
        creating = stack.status.startswith("CREATE")
        with self.world.lock:
            stack.before = {name: copy.copy(getattr(stack, name)) for name in ("document", "text", "parameters", "outputs")}
            stack.before["resources"] = {name: copy.copy(resource) for name, resource in stack.resources.items()}
            stack.document, stack.text, stack.parameters = document, text, parameters
            target = plan.wanted(stack, document, parameters, self.service.exports())
        failed, obsolete = [], []
        for logical, resource in target.items():
            self.step()
            if stack.status == "UPDATE_CANCELLED":
                failed = [("UPDATE", "cancelled")]
                break
            try:
                self._apply(stack, logical, resource, obsolete)
            except Failed:
                failed.append((("UPDATE" if logical in stack.before["resources"] else "CREATE"), logical))
                break
        if not failed:
            try:
                with self.world.lock:
                    stack.outputs = self._outputs(stack, target)
            except ServiceError as error:
                failed.append(("CREATE" if creating else "UPDATE", error.message))
        if failed:
            self._after_failure(stack, creating, failed, disable_rollback, on_failure)
            return
        self.step()
        if creating:
            with self.world.lock:
                stack.set_status("CREATE_COMPLETE")
            return
        obsolete += [(logical, stack.resources[logical]) for logical in reversed(list(stack.resources)) if logical not in target]
        with self.world.lock:
            stack.set_status("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for logical, resource in obsolete:
            self._remove(stack, logical, resource)
        with self.world.lock:
            stack.resources = {name: stack.resources[name] for name in target}
            stack.before = None
            stack.set_status("UPDATE_COMPLETE")

    def _apply(self, stack, logical, resource, obsolete):
        with self.world.lock:
            before = stack.resources.get(logical)
            evaluate = plan.evaluator(stack, stack.document, stack.parameters, stack.resources, self.service.exports())
            actual = evaluate.value(resource.definition.get("Properties", {}))
            if before and kinds.same(before.actual, actual):
                before.definition, before.properties = resource.definition, resource.properties
                return
            changed = plan.changed_properties(before, resource) if before else set()
            replacing = before is not None and kinds.replaces(resource.kind, changed)
            verb = "UPDATE" if before else "CREATE"
            resource.actual = actual
            if before and not replacing:
                resource.physical, resource.attributes = before.physical, before.attributes
            stack.resources[logical] = resource
            stack.set_resource(logical, resource, f"{verb}_IN_PROGRESS", "Requested update requires the creation of a new physical "
                               "resource; hence creating one." if replacing else None)
        self.step()
        try:
            if reason := self.service.scripted(stack.name, logical, verb):
                raise ServiceError("ResourceFailed", reason)
            if resource.kind == STACK:
                resource.physical, resource.attributes = self._nested(stack, logical, actual, resource.physical)
            else:
                with self.world.lock:
                    place = kinds.Place(self.world, stack.region, stack.name, logical)
                    resource.physical, resource.attributes = kinds.make(resource.kind, place, actual, resource.physical)
        except ServiceError as error:
            with self.world.lock:
                stack.set_resource(logical, resource, f"{verb}_FAILED", error.message)
            raise Failed from error
        with self.world.lock:
            if verb == "CREATE":
                stack.set_resource(logical, resource, "CREATE_IN_PROGRESS", "Resource creation Initiated")
            stack.set_resource(logical, resource, f"{verb}_COMPLETE")
            if replacing:
                obsolete.append((logical, before))

    def _nested(self, stack, logical, properties, physical):
        with self.world.lock:
            text = self.service.fetch(properties.get("TemplateURL", ""))
            document = expand(text, self.world.options.transform, stack.region, self.world.services["s3"].read)
            child = self.service.by_id.get(physical)
            if child is None:
                child = Stack(f"{stack.name}-{logical}-{kinds._random(12)}", stack.region, parent=stack.id, root=stack.root or stack.id)
                self.service.by_id[child.id] = child
            given = {key: str(value) for key, value in properties.get("Parameters", {}).items()}
            parameters = self.service.parameter_values(document, [{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()], None)
            child.set_status("UPDATE_IN_PROGRESS" if physical else "CREATE_IN_PROGRESS")
        self.deploy(child, document, text, parameters, disable_rollback=stack.disable_rollback)
        if not child.status.endswith("_COMPLETE") or "ROLLBACK" in child.status:
            first = next((e["LogicalResourceId"] for e in child.events if e["ResourceStatus"].endswith("_FAILED")), "")
            verb = "updated" if physical else "created"
            raise invalid(f"Embedded stack {child.id} was not successfully {verb}: The following resource(s) failed to "
                          f"{verb[:-1]}: [{first}]. ")
        return child.id, {f"Outputs.{row['OutputKey']}": row["OutputValue"] for row in child.outputs}

    def _outputs(self, stack, target):
        evaluate = plan.evaluator(stack, stack.document, stack.parameters, {n: stack.resources[n] for n in target}, self.service.exports())
        rows = []
        for name, output in stack.document.get("Outputs", {}).items():
            if "Condition" in output and not evaluate.condition(output["Condition"]):
                continue
            value = evaluate.value(output["Value"])
            if isinstance(value, (dict, list)):
                raise invalid(f"Template format error: The Value field of Outputs {name} must evaluate to a string")
            value = str(value).lower() if isinstance(value, bool) else str(value)
            rows.append({"OutputKey": name, "OutputValue": value, "Description": output.get("Description"),
                         "ExportName": evaluate.value(output["Export"]["Name"]) if "Export" in output else None})
        return rows

    # Failure.

    def _after_failure(self, stack, creating, failed, disable_rollback, on_failure):
        text = " ".join(f"The following resource(s) failed to {verb.lower()}: [{logical}]." for verb, logical in failed) + " "
        with self.world.lock:
            stack.disable_rollback = disable_rollback
            if disable_rollback or on_failure == "DO_NOTHING":
                stack.set_status("CREATE_FAILED" if creating else "UPDATE_FAILED", text)
                return
        if creating and on_failure == "DELETE":
            with self.world.lock:
                stack.set_status("DELETE_IN_PROGRESS", text)
            self.delete(stack, [])
        elif creating:
            with self.world.lock:
                stack.set_status("ROLLBACK_IN_PROGRESS", text + "Rollback requested by user.")
            self.roll_back_creation(stack)
        else:
            with self.world.lock:
                stack.set_status("UPDATE_ROLLBACK_IN_PROGRESS", text)
            self.roll_back_update(stack)

    def roll_back_creation(self, stack):
        failed = [logical for logical in reversed(list(stack.resources))
                  if not self._remove(stack, logical, stack.resources[logical], action="ROLLBACK")]
        with self.world.lock:
            stack.outputs = []
            if failed:
                stack.set_status("ROLLBACK_FAILED", f"The following resource(s) failed to delete: [{', '.join(failed)}]. ")
            else:
                stack.set_status("ROLLBACK_COMPLETE")

    def roll_back_update(self, stack):
        before = stack.before
        made = []
        for logical in list(stack.resources):
            resource, old = stack.resources[logical], before["resources"].get(logical)
            if old is None:
                made.append((logical, resource))
                continue
            if kinds.same(old.actual, resource.actual):
                continue
            self.step()
            with self.world.lock:
                stack.set_resource(logical, old, "UPDATE_IN_PROGRESS")
                if reason := self.service.scripted(stack.name, logical, "ROLLBACK"):
                    stack.set_resource(logical, resource, "UPDATE_FAILED", reason)
                    stack.set_status("UPDATE_ROLLBACK_FAILED", f"The following resource(s) failed to update: [{logical}]. ")
                    return
                if resource.physical and resource.physical != old.physical:
                    made.append((logical, resource))
                elif old.kind != STACK:
                    kinds.make(old.kind, kinds.Place(self.world, stack.region, stack.name, logical), old.actual, old.physical)
                stack.resources[logical] = old
                stack.set_resource(logical, old, "UPDATE_COMPLETE")
        with self.world.lock:
            stack.set_status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        for logical, resource in reversed(made):
            self._remove(stack, logical, resource)
        with self.world.lock:
            for name in ("document", "text", "parameters", "outputs", "resources"):
                setattr(stack, name, before[name])
            stack.before = None
            stack.set_status("UPDATE_ROLLBACK_COMPLETE")

    # Delete.

    def delete(self, stack, retained):
        """The caller has set DELETE_IN_PROGRESS."""
        failed = []
        for logical in reversed(list(stack.resources)):
            resource = stack.resources[logical]
            if resource.status == "DELETE_COMPLETE":
                continue
            if logical in retained or resource.definition.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate"):
                with self.world.lock:
                    stack.set_resource(logical, resource, "DELETE_SKIPPED")
            elif not self._remove(stack, logical, resource):
                failed.append(logical)
        self.step()
        with self.world.lock:
            if failed:
                stack.set_status("DELETE_FAILED", f"The following resource(s) failed to delete: [{', '.join(sorted(failed))}]. ")
                return
            stack.deleted = now()
            stack.set_status("DELETE_COMPLETE")

    def _remove(self, stack, logical, resource, action="DELETE"):
        """Whether it is gone."""
        self.step()
        if resource.physical is None:
            return True
        with self.world.lock:
            stack.set_resource(logical, resource, "DELETE_IN_PROGRESS")
        try:
            if reason := self.service.scripted(stack.name, logical, action):
                raise ServiceError("ResourceFailed", reason)
            if resource.kind == STACK and resource.physical in self.service.by_id:
                child = self.service.by_id[resource.physical]
                with self.world.lock:
                    child.set_status("DELETE_IN_PROGRESS")
                self.delete(child, [])
                if child.status != "DELETE_COMPLETE":
                    raise ServiceError("ResourceFailed", f"Embedded stack {child.id} was not successfully deleted: {child.reason}")
            else:
                with self.world.lock:
                    kinds.remove(resource.kind, kinds.Place(self.world, stack.region, stack.name, logical), resource.physical)
        except ServiceError as error:
            with self.world.lock:
                stack.set_resource(logical, resource, "DELETE_FAILED", error.message)
            return False
        with self.world.lock:
            stack.set_resource(logical, resource, "DELETE_COMPLETE")
        return True
