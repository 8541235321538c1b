"""samara's Lambda runtime for Python 3.8 and later.

Takes events from the Runtime API, calls the handler and sends back what it returns. It imports
little, for each import counts in the time of a cold start: HTTP goes over a plain socket, and
logging is set up only once the function imports it.
"""

import json
import os
import sys
from io import FileIO, TextIOWrapper
from _socket import AF_INET, IPPROTO_TCP, SOCK_STREAM, TCP_NODELAY, socket
from time import gmtime, strftime, time

RUNTIME = "/2018-06-01/runtime/"


class RuntimeApi:
    """The Runtime API over one kept-alive connection."""

    def __init__(self, address):
        self.address = address
        host, _, port = address.rpartition(":")
        self.socket = socket(AF_INET, SOCK_STREAM)
        self.socket.connect((host, int(port)))
        self.socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
        self.rest = b""

    def receive(self):
        piece = self.socket.recv(262144)
        if not piece:
            sys.exit(1)  # the environment has ended
        return piece

    def call(self, method, path, body=b"", error_type=None):
        """Returns the headers (names in lower case) and the body of the answer."""
        head = [
            f"{method} {RUNTIME}{path} HTTP/1.1",
            f"Host: {self.address}",
            f"Content-Length: {len(body)}",
        ]
        if error_type:
            head.append("Content-Type: application/vnd.aws.lambda.error+json")
            head.append(f"Lambda-Runtime-Function-Error-Type: {error_type}")
        elif body:
            head.append("Content-Type: application/json")
        self.socket.sendall("\r\n".join(head + ["", ""]).encode("latin-1", "replace") + body)

        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self.receive()
        top, _, content = data.partition(b"\r\n\r\n")
        headers = {}
        for line in top.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            headers[name.strip().lower().decode("latin-1")] = value.strip().decode("utf-8", "replace")
        length = int(headers.get("content-length", 0))
        pieces = [content]
        missing = length - len(content)
        while missing > 0:
            pieces.append(self.receive())
            missing -= len(pieces[-1])
        content = b"".join(pieces)
        self.rest = content[length:]
        return headers, content[:length]


class CognitoIdentity:
    def __init__(self, values):
        self.cognito_identity_id = values.get("cognitoIdentityId")
        self.cognito_identity_pool_id = values.get("cognitoIdentityPoolId")


class Client:
    def __init__(self, values):
        self.installation_id = values.get("installation_id")
        self.app_title = values.get("app_title")
        self.app_version_name = values.get("app_version_name")
        self.app_version_code = values.get("app_version_code")
        self.app_package_name = values.get("app_package_name")


class ClientContext:
    def __init__(self, values):
        self.custom = values.get("custom")
        self.env = values.get("env")
        self.client = Client(values["client"]) if values.get("client") else None


class LambdaContext:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-context.html"""

    def __init__(self, headers):
        variables = os.environ
        self.aws_request_id = headers["lambda-runtime-aws-request-id"]
        self.invoked_function_arn = headers.get("lambda-runtime-invoked-function-arn")
        self.function_name = variables.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = variables.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = variables.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = variables.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = variables.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.tenant_id = headers.get("lambda-runtime-aws-tenant-id")
        self.identity = CognitoIdentity(
            json.loads(headers.get("lambda-runtime-cognito-identity") or "{}")
        )
        client = headers.get("lambda-runtime-client-context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self._deadline_ms = int(headers.get("lambda-runtime-deadline-ms") or 0)

    def get_remaining_time_in_millis(self):
        return max(self._deadline_ms - int(time() * 1000), 0)

    def log(self, message):
        sys.stdout.write(str(message))
        sys.stdout.flush()

    def __repr__(self):
        shown = ", ".join(f"{k}={v!r}" for k, v in vars(self).items() if not k.startswith("_"))
        return f"LambdaContext([{shown}])"


class InitFailure(Exception):
    """The handler cannot be had; `kind` is Lambda's name for the reason."""

    def __init__(self, kind, message, stack=()):
        super().__init__(message)
        self.kind = kind
        self.stack = list(stack)


def load_handler(name):
    """The function that a handler such as "src.main.lambda_handler" or "a/b.handler" names."""
    module_name, dot, function_name = name.rpartition(".")
    if not dot:
        raise InitFailure(
            "Runtime.MalformedHandlerName",
            f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)",
        )
    module_name = module_name.replace("/", ".")
    try:
        __import__(module_name)
        module = sys.modules[module_name]
    except ImportError as error:
        print_own_traceback(error)
        raise InitFailure(
            "Runtime.ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from None
    except SyntaxError as error:
        raise InitFailure(
            "Runtime.UserCodeSyntaxError",
            f"Syntax error in module '{module_name}': {error}",
            [f'  File "{error.filename}" Line {error.lineno}\n    {error.text or ""}'],
        ) from None
    handler = getattr(module, function_name, None)
    if handler is None:
        raise InitFailure(
            "Runtime.HandlerNotFound",
            f"Handler '{function_name}' missing on module '{module_name}'",
        )
    return handler


def print_own_traceback(error):
    # The place of a failed import deep in the function's modules is not in Lambda's message.
    import traceback

    frames = own_frames(error)
    if len(frames) > 1:
        sys.stderr.write("".join(traceback.format_list(frames)))


def own_frames(error):
    """The frames of the function's own code and below, without this file and importlib."""
    import traceback

    return [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename != __file__ and not frame.filename.startswith("<frozen importlib")
    ]


def describe(error, request_id):
    """Type and document of an error, as Lambda reports it; the traceback goes to the log."""
    if isinstance(error, InitFailure):
        kind, stack = error.kind, error.stack
    else:
        import traceback

        kind, stack = type(error).__name__, traceback.format_list(own_frames(error))
    document = {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": stack,
    }
    if JSON_LOG:
        log_json("ERROR", str(error), request_id, errorType=kind, stackTrace=stack)
    else:
        trace = "Traceback (most recent call last):\n" + "".join(stack)
        sys.stdout.write(f"[ERROR] {kind}: {error}\n{trace}\n")
    sys.stdout.flush()
    return kind, json.dumps(document).encode()


def encode_other(value):
    """Numbers out of DynamoDB are Decimals; Lambda returns them as numbers."""
    if type(value).__name__ == "Decimal" and hasattr(value, "is_nan"):
        return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def encode(result):
    try:
        text = json.dumps(result, ensure_ascii=False, default=encode_other)
    except Exception as error:
        raise InitFailure("Runtime.MarshalError", f"Unable to marshal response: {error}") from None
    try:
        return text.encode()
    except UnicodeEncodeError:  # lone surrogates
        return json.dumps(result, default=encode_other).encode()


# What the function logs

JSON_LOG = os.environ.get("AWS_LAMBDA_LOG_FORMAT") == "JSON"
current_request = ""


def timestamp(seconds, with_milliseconds=True):
    whole = strftime("%Y-%m-%dT%H:%M:%S", gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1000):03d}Z" if with_milliseconds else f"{whole}Z"


def log_json(level, message, request_id, **more):
    line = {"timestamp": timestamp(time(), False), "level": level, "message": message, **more}
    if request_id:
        line["requestId"] = request_id
    sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


def set_up_logging(logging):
    """Gives the root logger the handler and format it has in Lambda."""

    class Formatter(logging.Formatter):
        def format(self, record):
            if JSON_LOG:
                return self.format_json(record)
            message = super().format(record)
            when = timestamp(record.created)
            return f"[{record.levelname}]\t{when}\t{current_request}\t{message}"

        def format_json(self, record):
            line = {
                "timestamp": timestamp(record.created, False),
                "level": record.levelname,
                "message": record.getMessage(),
                "logger": record.name,
            }
            if current_request:
                line["requestId"] = current_request
            if record.exc_info and record.exc_info[0]:
                line["errorType"] = record.exc_info[0].__name__
                line["errorMessage"] = str(record.exc_info[1])
                line["stackTrace"] = self.formatException(record.exc_info).splitlines()
            for name, value in vars(record).items():
                if name not in known:
                    line[name] = value
            return json.dumps(line, ensure_ascii=False, default=str)

    known = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Formatter())
    logging.root.addHandler(handler)
    level = {"TRACE": "DEBUG", "FATAL": "CRITICAL"}.get(LOG_LEVEL, LOG_LEVEL)
    if level or JSON_LOG:
        logging.root.setLevel(level or "INFO")


LOG_LEVEL = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").upper()


class LogStream(FileIO):
    """A standard stream without a buffer: what is written is in the log at once, whatever comes next
    (a crash, os._exit, the end of the function's time)."""

    def write(self, data):
        view = memoryview(data).cast("B")
        size = len(view)
        while view:
            view = view[super().write(view) :]
        return size


def unbuffered(descriptor, mode_name):
    stream = TextIOWrapper(
        LogStream(descriptor, "w", closefd=False),
        encoding="utf-8",
        errors="backslashreplace",
        write_through=True,
    )
    stream.mode = "w"
    stream.buffer.name = mode_name
    return stream


class LoggingHook:
    """Sets logging up when, and only if, something imports it."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name != "logging":
            return None
        sys.meta_path.remove(cls)
        for finder in sys.meta_path:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                break
        else:
            return None
        execute = spec.loader.exec_module

        def execute_and_set_up(module):
            execute(module)
            set_up_logging(module)

        spec.loader.exec_module = execute_and_set_up
        return spec


def prepare_process():
    task_root = os.environ.get("LAMBDA_TASK_ROOT", "/var/task")
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    sys.path[0:1] = [
        task_root,
        f"/opt/python/lib/{version}/site-packages",
        "/opt/python",
        sys.path[0],
    ]
    sys.stdout = sys.__stdout__ = unbuffered(1, "<stdout>")
    sys.stderr = sys.__stderr__ = unbuffered(2, "<stderr>")
    if "logging" in sys.modules:
        set_up_logging(sys.modules["logging"])
    else:
        sys.meta_path.insert(0, LoggingHook)


def handle(api, handler):
    global current_request
    headers, event = api.call("GET", "invocation/next")
    current_request = headers["lambda-runtime-aws-request-id"]
    if "lambda-runtime-trace-id" in headers:
        os.environ["_X_AMZN_TRACE_ID"] = headers["lambda-runtime-trace-id"]
    path = f"invocation/{current_request}/"
    try:
        try:
            value = json.loads(event)
        except ValueError as error:
            raise InitFailure(
                "Runtime.UnmarshalError", f"Unable to unmarshal input: {error}"
            ) from None
        answer = encode(handler(value, LambdaContext(headers)))
    except Exception as error:
        kind, document = describe(error, current_request)
        api.call("POST", path + "error", document, kind)
    else:
        sys.stdout.flush()
        api.call("POST", path + "response", answer)


def main():
    prepare_process()
    api = RuntimeApi(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        handler = load_handler(os.environ.get("_HANDLER", ""))
    except Exception as error:
        kind, document = describe(error, "")
        api.call("POST", "init/error", document, kind)
        sys.exit(1)
    while True:
        handle(api, handler)


if __name__ == "__main__":
    main()
