"""The two ways a request fails: as the service says, or because it does not fit the service's model."""


class ServiceError(Exception):
    """An error of the service: `code` as on the wire, further members of its shape by keyword."""

    def __init__(self, code, message, status=400, headers=None, **members):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.headers, self.members = code, message, status, headers or {}, members


class Malformed(Exception):
    """A request that its model does not allow; noted as a violation and refused."""
