"""What Debian's botocore needs of requests, which Lambda does not have: the classes of its errors, for
botocore alone. A function that wants requests brings it, and that one is found before this one."""
import sys
import types

_ABSENT = "No module named 'requests'"


def _importer():
    frame = sys._getframe(2)
    while frame is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return frame.f_globals.get("__name__", "") if frame is not None else ""


if not _importer().startswith("botocore"):
    raise ModuleNotFoundError(_ABSENT, name="requests")


class RequestException(IOError):
    pass


class ConnectionError(RequestException):
    pass


class ProxyError(ConnectionError):
    pass


class SSLError(ConnectionError):
    pass


class Timeout(RequestException):
    pass


class ConnectTimeout(ConnectionError, Timeout):
    pass


class ReadTimeout(Timeout):
    pass


def _module(name, **members):
    module = types.ModuleType(f"requests.{name}")
    vars(module).update(members)
    sys.modules[module.__name__] = module
    return module


__path__ = []
exceptions = _module("exceptions", RequestException=RequestException, ConnectionError=ConnectionError, ProxyError=ProxyError,
                     SSLError=SSLError, Timeout=Timeout, ConnectTimeout=ConnectTimeout, ReadTimeout=ReadTimeout)
packages = _module("packages", urllib3=__import__("urllib3"))


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    raise ModuleNotFoundError(_ABSENT, name="requests")
