"""What was asked of the server, in order, and what did not fit a model."""
import datetime
import hashlib
import threading
import time


def plain(value):
    """Members as JSON: bytes by size and hash, times as text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bytes):
        return {"bytes": len(value), "sha256": hashlib.sha256(value).hexdigest()}
    return value.isoformat() if isinstance(value, datetime.datetime) else value


class Journal:
    def __init__(self, violations_file=None):
        self._lock = threading.Lock()
        self._file = violations_file
        self.calls, self.violations = [], []

    def begin(self, service, operation, params, region, access_key):
        entry = {"time": time.time(), "service": service, "operation": operation, "params": plain(params),
                 "region": region, "accessKey": access_key}
        with self._lock:
            self.calls.append(entry)
        return entry

    def violation(self, text):
        with self._lock:
            self.violations.append(text)
            if self._file:
                with open(self._file, "a", encoding="utf-8") as file:
                    file.write(text + "\n")

    def clear(self):
        with self._lock:
            self.calls, self.violations = [], []
