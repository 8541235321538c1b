"""The HTTP side: one request from its bytes to its reply."""
import http.server
import json
import socket
import struct
import sys
import time
import traceback

from botocore import xform_name

from . import constraints, parse_json, parse_query, parse_rest, reply, route, signature
from .control import answer as answer_control
from .errors import Malformed, ServiceError
from .faults import error_of
from .models import services_signing_as, service_model
from .request import Request
from .world import Call

PARSERS = {"query": lambda o, r, uri: parse_query.parse(o, r), "json": lambda o, r, uri: parse_json.parse(o, r),
           "rest-json": parse_rest.parse, "rest-xml": parse_rest.parse}
# What may be asked without a signature.
UNSIGNED = {("sts", "AssumeRoleWithWebIdentity"), ("sso", "GetRoleCredentials"), ("sso", "Logout"), ("sso-oidc", "CreateToken"),
            ("sso-oidc", "RegisterClient"), ("sso-oidc", "StartDeviceAuthorization")}


class Reset(Exception):
    """The connection is to be reset, after `sent` bytes of what is ready."""

    def __init__(self, half=None):
        super().__init__()
        self.half = half


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    world = None  # set by serve()

    def log_message(self, format, *args):  # the journal is the log
        pass

    def _any(self):
        headers = {}
        for name, value in self.headers.items():
            headers.setdefault(name.lower(), []).append(value)
        request = Request(self.command, self.path, headers)
        try:
            self._send(self._answer(request))
        except Reset as reset:
            self._reset(reset.half)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = do_PATCH = _any

    def _read_body(self, request):
        if request.header("transfer-encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        length = int(request.header("content-length", "0"))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionResetError
        return body

    def _answer(self, request):
        if request.raw_path.startswith("/_control/"):
            request.body = self._read_body(request)
            return answer_control(self.world, request)
        model, entry = None, None
        try:
            signed = signature.read_scope(request)
            self._early_fault(request, signed)
            request.body = self._read_body(request)
            model = self._probable_model(signed)
            identity = signature.check(request, signed, self.world.keys) if signed else None
            model, operation, uri = route.find(request, signed)
            self._require_signature(model, operation, signed)
            members = PARSERS[model.protocol](operation, request, uri)
            if operation.input_shape is not None:
                constraints.check(operation.input_shape, members, "")
            entry = self.world.journal.begin(model.service_name, operation.name, members, signed and signed.region,
                                             signed and signed.access_key)
            call = Call(signed.region if signed else "us-east-1", identity, request, operation.name)
            result = self._handle(model, operation, members, call)
        except ServiceError as error:
            result = reply.write_error(model, error, request.method == "HEAD")
            self._note(entry, result.status, error.code)
        except Malformed as error:
            self.world.journal.violation(f"{request.method} {request.target}: {error}")
            result = reply.write_error(model, ServiceError("ValidationError", str(error)), request.method == "HEAD")
        except Reset:
            self._note(entry, 0, "reset")
            raise
        except ConnectionError:
            raise
        except Exception:  # a mistake of ours: to be seen, not to be taken for an answer of AWS
            text = traceback.format_exc()
            sys.stderr.write(text)
            self.world.journal.violation(f"server: {request.method} {request.target}: {text}")
            result = reply.write_error(model, ServiceError("InternalFailure", text.splitlines()[-1], 500))
        else:
            self._note(entry, result.status, None)
        return result

    @staticmethod
    def _note(entry, status, code):
        if entry is not None:
            entry.update(status=status, code=code, ended=time.time())

    @staticmethod
    def _probable_model(signed):
        names = services_signing_as(signed.service) if signed else []
        return service_model(names[0]) if names else None

    def _early_fault(self, request, signed):
        model = self._probable_model(signed)
        if model is None or not model.protocol.startswith("rest"):
            return
        model, operation, uri = route.find(request, signed)
        fault = self.world.faults.take(model.service_name, operation.name, uri, early=True)
        if fault:
            self.rfile.read(min(fault["after_bytes"], int(request.header("content-length", "0"))))
            self.world.journal.begin(model.service_name, operation.name, uri, signed.region, signed.access_key).update(
                status=0, code="reset")
            raise Reset

    @staticmethod
    def _require_signature(model, operation, signed):
        if signed is None and (model.service_name, operation.name) not in UNSIGNED:
            raise ServiceError("AccessDenied" if model.service_name == "s3" else "MissingAuthenticationToken",
                               "Request is missing Authentication Token", 403)

    def _handle(self, model, operation, members, call):
        fault = self.world.faults.take(model.service_name, operation.name, members)
        if fault and fault["kind"] == "error":
            raise error_of(fault)
        if fault and fault["kind"] == "reset":
            raise Reset
        if fault and fault["kind"] == "slow":
            time.sleep(fault["seconds"])
        handler = getattr(self.world.services.get(model.service_name), xform_name(operation.name), None)
        if handler is None:
            raise Malformed(f"{model.service_name}.{operation.name} is not supported by the test server")
        with self.world.lock:
            result = reply.write(operation, handler(members, call) or {})
        if fault and fault["kind"] == "cut":
            raise Reset(result)
        return result

    def _send(self, result, only_half=False):
        self.send_response(result.status)
        headers = dict(result.headers)
        if self.command == "HEAD" or result.status in (204, 304):
            headers.setdefault("Content-Length", "0")
        else:
            headers["Content-Length"] = str(len(result.body))
        for name, value in headers.items():
            self.send_header(name, value.encode().decode("latin-1"))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(result.body[:len(result.body) // 2] if only_half else result.body)
        self.wfile.flush()

    def _reset(self, half):
        if half is not None:
            self._send(half, only_half=True)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True
        self.rfile, self.wfile = _Closed(), _Closed()


class _Closed:
    """What is left to the base class of a connection that was reset."""
    closed = True

    def close(self):
        pass

    def flush(self):
        pass

    def readline(self, *_):
        return b""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def shutdown_request(self, request):
        try:
            super().shutdown_request(request)
        except OSError:
            pass

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], (ConnectionError, ValueError)):
            super().handle_error(request, client_address)


def serve(world, port):
    """Binds, and gives the server to run."""
    handler = type("BoundHandler", (Handler,), {"world": world})
    server = Server(("127.0.0.1", port), handler)
    world.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    return server


def describe(server):
    return json.dumps({"endpoint": server.RequestHandlerClass.world.endpoint})
