"""Stacks, their resources and change sets."""
import dataclasses
import datetime
import uuid

from ...request import now
from ...world import ACCOUNT

STACK = "AWS::CloudFormation::Stack"


@dataclasses.dataclass
class Resource:
    kind: str
    properties: dict  # resolved, with <Logical> where a resource stands
    definition: dict
    actual: dict = dataclasses.field(default_factory=dict)  # properties with the ids of other resources
    physical: str | None = None
    attributes: dict = dataclasses.field(default_factory=dict)
    status: str = ""
    reason: str | None = None
    time: datetime.datetime | None = None


@dataclasses.dataclass
class Stack:
    name: str
    region: str
    id: str = ""
    status: str = "REVIEW_IN_PROGRESS"
    reason: str | None = None
    text: str = ""  # of the template as it was given
    document: dict = dataclasses.field(default_factory=dict)  # after transforms
    parameters: dict = dataclasses.field(default_factory=dict)
    tags: list = dataclasses.field(default_factory=list)
    capabilities: list = dataclasses.field(default_factory=list)
    notifications: list = dataclasses.field(default_factory=list)
    role: str | None = None
    resources: dict = dataclasses.field(default_factory=dict)
    outputs: list = dataclasses.field(default_factory=list)
    events: list = dataclasses.field(default_factory=list)  # oldest first
    change_sets: dict = dataclasses.field(default_factory=dict)  # id -> ChangeSet
    created: datetime.datetime = dataclasses.field(default_factory=now)
    updated: datetime.datetime | None = None
    deleted: datetime.datetime | None = None
    disable_rollback: bool = False
    protected: bool = False
    parent: str | None = None
    root: str | None = None
    change_set: str | None = None
    before: object = None  # what an UPDATE_FAILED stack can go back to

    def __post_init__(self):
        self.id = self.id or f"arn:aws:cloudformation:{self.region}:{ACCOUNT}:stack/{self.name}/{uuid.uuid4()}"

    @property
    def busy(self):
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    def event(self, logical, physical, kind, status, reason=None, properties=None):
        time = now()
        if self.events and time <= self.events[-1]["Timestamp"]:
            time = self.events[-1]["Timestamp"] + datetime.timedelta(milliseconds=1)
        self.events.append({
            "StackId": self.id, "EventId": str(uuid.uuid4()) if kind == STACK else f"{logical}-{status}-{uuid.uuid4()}",
            "StackName": self.name, "LogicalResourceId": logical, "PhysicalResourceId": physical or "", "ResourceType": kind,
            "Timestamp": time, "ResourceStatus": status, "ResourceStatusReason": reason, "ResourceProperties": properties})

    def set_status(self, status, reason=None):
        self.status, self.reason = status, reason
        self.event(self.name, self.id, STACK, status, reason)

    def set_resource(self, logical, resource, status, reason=None):
        resource.status, resource.reason, resource.time = status, reason, now()
        self.event(logical, resource.physical, resource.kind, status, reason)


@dataclasses.dataclass
class ChangeSet:
    name: str
    id: str
    kind: str  # CREATE or UPDATE
    members: dict  # of the request
    text: str
    document: dict
    parameters: dict
    status: str = "CREATE_IN_PROGRESS"
    execution: str = "UNAVAILABLE"
    reason: str | None = None
    changes: list = dataclasses.field(default_factory=list)
    created: datetime.datetime = dataclasses.field(default_factory=now)
