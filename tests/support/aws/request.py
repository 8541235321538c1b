"""One HTTP request as it arrived."""
import dataclasses
import datetime
import urllib.parse


@dataclasses.dataclass
class Request:
    method: str
    target: str  # path and query as on the request line
    headers: dict  # lower-case name -> list of values
    body: bytes = b""

    @property
    def raw_path(self):
        return self.target.partition("?")[0]

    @property
    def path(self):
        return urllib.parse.unquote(self.raw_path)

    @property
    def query(self):
        """Decoded (name, value) pairs in order."""
        return urllib.parse.parse_qsl(self.target.partition("?")[2], keep_blank_values=True)

    def query_value(self, name):
        return next((value for key, value in self.query if key == name), None)

    def header(self, name, default=None):
        values = self.headers.get(name.lower())
        return ", ".join(values) if values else default


def now():
    return datetime.datetime.now(datetime.timezone.utc)
