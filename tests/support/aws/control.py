"""What tests ask of the server beside AWS: POST or GET /_control/NAME with a JSON body.

`calls`, `violations`, `faults` (add one), `clear` (journal and faults), `expire` (a session's key), and what a
service offers as `control_NAME`, reached as SERVICE/NAME.
"""
import datetime
import json

from .journal import plain
from .reply import Reply


def answer(world, request):
    name = request.raw_path.removeprefix("/_control/")
    body = json.loads(request.body) if request.body else {}
    try:
        with world.lock:
            result, status = _run(world, name, body), 200
    except (KeyError, ValueError, AttributeError) as error:
        result, status = {"error": repr(error)}, 400
    return Reply(status, {"Content-Type": "application/json"}, json.dumps(plain(result)).encode())


def _run(world, name, body):
    if name == "calls":
        return world.journal.calls
    if name == "violations":
        return world.journal.violations
    if name == "faults":
        return world.faults.add(body)
    if name == "clear":
        world.journal.clear()
        return world.faults.clear()
    if name == "expire":
        world.keys[body["accessKey"]].expires = datetime.datetime.now(datetime.timezone.utc)
        return None
    service, _, action = name.partition("/")
    return getattr(world.services[service], f"control_{action}")(body)
