"""X-Ray: traces and graphs as they were put, in pages."""
from ..errors import ServiceError
from ..world import Service

PAGE = 3


class XRay(Service):
    def __init__(self, world):
        super().__init__(world)
        self.traces, self.graphs = {}, []

    def control_put(self, body):
        """{"traces": [{"Id", "Duration", "Segments", and of summaries "Revision", "IsPartial"}], "graphs": [[service...]]}"""
        self.traces.update({trace["Id"]: trace for trace in body.get("traces", [])})
        self.graphs = body.get("graphs", self.graphs)

    @staticmethod
    def _page(items, members):
        first = int(members.get("NextToken", 0))
        more = {"NextToken": str(first + PAGE)} if first + PAGE < len(items) else {}
        return items[first:first + PAGE], more

    @staticmethod
    def _check(members):
        if members["EndTime"] < members["StartTime"]:
            raise ServiceError("InvalidRequestException", "Start time must be before end time")

    def get_trace_summaries(self, members, call):
        self._check(members)
        page, more = self._page(list(self.traces.values()), members)
        return {"TraceSummaries": [{k: trace[k] for k in ("Id", "Revision", "IsPartial", "Duration") if k in trace} for trace in page], **more}

    def batch_get_traces(self, members, call):
        if len(members["TraceIds"]) > 5:
            raise ServiceError("InvalidRequestException", "Too many trace ids")
        page, more = self._page([self.traces[id] for id in members["TraceIds"] if id in self.traces], members)
        return {"Traces": [{k: trace[k] for k in ("Id", "Duration", "Segments") if k in trace} for trace in page], **more}

    def get_service_graph(self, members, call):
        self._check(members)
        page, more = self._page(self.graphs, {**members})
        services = [service for graph in page for service in graph]
        return {"StartTime": members["StartTime"], "EndTime": members["EndTime"], "Services": services, **more}
