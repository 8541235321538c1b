"""Faults that a test orders: which call they meet, and what happens to it.

A fault is a map: `service` and `operation` (missing: any), `where` (members the call must have), `skip` (calls that
pass before), `times` (calls it meets, 0: all), and `kind`:
  error    `code`, `message`, `status`: the service's reply
  reset    the connection is reset, after `after_bytes` of the body where given, else instead of the reply
  cut      half of the reply is sent, then the connection is reset
  slow     `seconds` before the reply
"""
import threading

from .errors import ServiceError

KINDS = {"error", "reset", "cut", "slow"}


class Faults:
    def __init__(self):
        self._faults, self._lock = [], threading.Lock()

    def add(self, fault):
        if fault.get("kind") not in KINDS:
            raise ValueError(f"kind is one of {', '.join(sorted(KINDS))}")
        with self._lock:
            self._faults.append({"skip": 0, "times": 1, **fault, "met": 0})

    def clear(self):
        with self._lock:
            self._faults.clear()

    def take(self, service, operation, params, early=False):
        """The fault this call meets. Early: before the body is read, where only resets within it count."""
        with self._lock:
            for fault in self._faults:
                if ("after_bytes" in fault) != early or not self._concerns(fault, service, operation, params):
                    continue
                if fault["skip"] > 0:
                    fault["skip"] -= 1
                    continue
                fault["met"] += 1
                if fault["times"] and fault["met"] >= fault["times"]:
                    self._faults.remove(fault)
                return fault
        return None

    @staticmethod
    def _concerns(fault, service, operation, params):
        if fault.get("service", service) != service or fault.get("operation", operation) != operation:
            return False
        return all(params.get(name) == value for name, value in fault.get("where", {}).items())


def error_of(fault):
    return ServiceError(fault["code"], fault.get("message", fault["code"]), fault.get("status", 400))
