"""CloudWatch Logs: groups, streams, events; filter patterns of terms and of simple JSON comparisons."""
import dataclasses
import json
import re

from ..errors import ServiceError
from ..request import now
from ..world import ACCOUNT, Service

PAGE = 5  # events a page, so that clients have to follow tokens


@dataclasses.dataclass
class Group:
    created: int
    streams: dict = dataclasses.field(default_factory=dict)  # name -> events


def _milliseconds():
    return int(now().timestamp() * 1000)


class Logs(Service):
    def __init__(self, world):
        super().__init__(world)
        self.groups, self.number = {}, 0

    def create(self, name):
        self.groups.setdefault(name, Group(_milliseconds()))

    def put(self, group, stream, events):
        self.create(group)
        for event in events:
            self.number += 1
            self.groups[group].streams.setdefault(stream, []).append({
                "logStreamName": stream, "timestamp": event.get("timestamp", _milliseconds()), "message": event["message"],
                "ingestionTime": _milliseconds(), "eventId": f"{self.number:056d}"})

    def control_put(self, body):
        """{"group", "stream", "events": [{"message", "timestamp" (now)}]}"""
        self.put(body["group"], body["stream"], body["events"])

    def _group(self, members):
        name = members.get("logGroupName")
        if name not in self.groups:
            raise ServiceError("ResourceNotFoundException", "The specified log group does not exist.")
        return self.groups[name]

    def create_log_group(self, members, call):
        if members["logGroupName"] in self.groups:
            raise ServiceError("ResourceAlreadyExistsException", "The specified log group already exists")
        self.create(members["logGroupName"])

    def delete_log_group(self, members, call):
        self._group(members)
        del self.groups[members["logGroupName"]]

    def create_log_stream(self, members, call):
        streams = self._group(members).streams
        if members["logStreamName"] in streams:
            raise ServiceError("ResourceAlreadyExistsException", "The specified log stream already exists")
        streams[members["logStreamName"]] = []

    def put_log_events(self, members, call):
        if members["logStreamName"] not in self._group(members).streams:
            raise ServiceError("ResourceNotFoundException", "The specified log stream does not exist.")
        self.put(members["logGroupName"], members["logStreamName"], members["logEvents"])
        return {"nextSequenceToken": str(self.number)}

    def describe_log_groups(self, members, call):
        names = [name for name in sorted(self.groups) if name.startswith(members.get("logGroupNamePrefix", ""))]
        return {"logGroups": [{"logGroupName": name, "creationTime": self.groups[name].created,
                               "arn": f"arn:aws:logs:{call.region}:{ACCOUNT}:log-group:{name}:*"} for name in names]}

    def describe_log_streams(self, members, call):
        streams = self._group(members).streams
        rows = [{"logStreamName": name, "creationTime": events[0]["timestamp"] if events else 0,
                 "lastEventTimestamp": events[-1]["timestamp"] if events else 0} for name, events in sorted(streams.items())]
        return {"logStreams": rows[:members.get("limit", 50)]}

    def filter_log_events(self, members, call):
        group = self._group(members)
        matches = pattern(members.get("filterPattern", ""))
        names = members.get("logStreamNames", list(group.streams))
        events = [event for name in names for event in group.streams.get(name, [])
                  if event["timestamp"] >= members.get("startTime", 0)
                  and ("endTime" not in members or event["timestamp"] <= members["endTime"]) and matches(event["message"])]
        events.sort(key=lambda event: (event["timestamp"], event["eventId"]))
        if "nextToken" in members:
            events = [e for e in events if f"{e['timestamp']:020d}/{e['eventId']}" > members["nextToken"]]
        page = events[:min(PAGE, members.get("limit", PAGE))]
        result = {"events": page, "searchedLogStreams": []}
        if len(page) < len(events):
            result["nextToken"] = f"{page[-1]['timestamp']:020d}/{page[-1]['eventId']}"
        return result

    def get_log_events(self, members, call):
        events = self._group(members).streams.get(members["logStreamName"], [])
        return {"events": [{k: e[k] for k in ("timestamp", "message", "ingestionTime")} for e in events],
                "nextForwardToken": f"f/{len(events)}", "nextBackwardToken": "b/0"}


def pattern(text):
    """The condition of a filter pattern."""
    text = text.strip()
    if not text:
        return lambda message: True
    if text.startswith("{"):
        match = re.fullmatch(r"\{\s*\$\.([\w.]+)\s*(=|!=|<|>|<=|>=)\s*(\"[^\"]*\"|[\w.*-]+)\s*\}", text)
        if not match:
            raise ServiceError("InvalidParameterException", "Invalid filter pattern")
        return lambda message: _json_matches(message, *match.groups())
    words = re.findall(r'([?-]?)("(?:[^"\\]|\\.)*"|[^\s"]+)', text)
    if "".join(sign + word for sign, word in words) != re.sub(r"\s+(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", "", text):
        raise ServiceError("InvalidParameterException", "Invalid filter pattern")
    plain = [(sign, word.strip('"')) for sign, word in words]
    either = [word for sign, word in plain if sign == "?"]
    return lambda message: (all(word in message for sign, word in plain if sign == "")
                            and not any(word in message for sign, word in plain if sign == "-")
                            and (not either or any(word in message for word in either)))


def _json_matches(message, path, operator, wanted):
    try:
        value = json.loads(message)
        for name in path.split("."):
            value = value[name]
    except (ValueError, KeyError, TypeError):
        return False
    wanted = wanted.strip('"') if isinstance(value, str) else float(wanted)
    return {"=": value == wanted, "!=": value != wanted}[operator] if operator in ("=", "!=") else (
        {"<": value < wanted, ">": value > wanted, "<=": value <= wanted, ">=": value >= wanted}[operator])
