"""The page of start-api at /_samara/: what it tells, what it never tells, who may ask it, and replays."""
import concurrent.futures
import http.client
import json
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from console_server import CODE, ConsoleServer  # noqa: E402
from samara_e2e import SAMARA, STAND_IN, SamaraTest, needs_docker, wait_for  # noqa: E402
from web_socket import WebSocket  # noqa: E402

SECRETS = ("correct-horse-battery", "top-secret-token", "fresh-cookie-value", "let-me-in", "s3ss10n-of-mine", "my-api-key-1")


class Served(ConsoleServer, SamaraTest):
    def test_the_page_loads_and_tells_where_it_is(self):
        self.server.wait_for_line(f"http://127.0.0.1:{self.port}/_samara/")
        page = self.ask("GET", "/_samara/")
        self.assertEqual((page.status, page.headers["X-Frame-Options"]), (200, "DENY"))
        self.assertTrue(page.headers["Content-Security-Policy"].startswith("default-src 'self';"))
        self.assertNotIn("<script>", page.text)
        for name, kind in (("page.css", "text/css"), ("page.js", "text/javascript"),
                           ("request.js", "text/javascript"), ("icon.svg", "image/svg+xml")):
            self.assertIn(name, page.text)
            self.assertIn(kind, self.ask("GET", "/_samara/" + name).headers["Content-Type"])
        self.assertEqual(self.ask("GET", "/_samara").headers["Location"], "/_samara/")
        self.assertEqual(self.requests(), [], "its own requests are not among those it shows")

    def test_routes_with_their_protection_and_environments(self):
        state = self.page("state")
        routes = {f"{route['method']} {route['path']}".strip(): route for route in state["routes"]}
        self.assertEqual(routes["GET /orders/{id}"]["function"], "Orders")
        self.assertEqual(routes["GET /orders/{id}"]["protection"], "")
        self.assertIn("function Auth", routes["GET /guarded"]["protection"])
        self.assertIn("Function URL", {route["kind"] for route in state["routes"]})
        states = {one["function"]: one for one in state["functions"]}
        self.assertEqual((states["Orders"]["warm"], states["Orders"]["memoryMb"]), (0, 256))
        self.ask("GET", "/orders/1")
        warm = {one["function"]: one for one in self.page("state")["functions"]}["Orders"]
        self.assertEqual((warm["warm"], warm["busy"]), (1, 0))

    def test_a_request_with_its_event_log_and_time_line(self):
        self.ask("POST", "/orders/7?page=2", json.dumps({"n": 1}), {"Content-Type": "application/json"})
        self.ask("GET", "/orders/boom")
        first, second = self.requests()
        self.assertEqual((first["id"], first["method"], first["target"]), (1, "POST", "/orders/7?page=2"))
        self.assertEqual((first["status"], first["function"], first["cold"], first["failed"]), (200, "Orders", True, False))
        self.assertEqual((second["status"], second["cold"], second["failed"]), (500, False, True))
        details = self.details(1)
        call = details["calls"][0]
        self.assertEqual(json.loads(call["event"]["text"])["rawPath"], "/orders/7")
        self.assertEqual(json.loads(details["response"]["body"]["text"])["path"], "/orders/7")
        self.assertEqual(json.loads(details["request"]["body"]["text"]), {"n": 1})
        self.assertIn("loading\n", call["log"]["text"], "what it wrote while it was initialised")
        self.assertIn("asked for /orders/7", call["log"]["text"])
        self.assertNotIn("boom", call["log"]["text"])
        self.assertGreater(call["coldStartMs"], 1)
        self.assertGreater(call["runMs"], 0)
        self.assertLessEqual(call["waitMs"] + call["coldStartMs"] + call["runMs"], details["ms"])
        failed = self.details(2)["calls"][0]
        self.assertEqual(failed["functionError"], "Unhandled")
        self.assertIn("no such order", failed["result"]["text"])
        self.assertIn("ValueError", failed["log"]["text"])
        self.assertNotIn("/orders/7", failed["log"]["text"])
        self.assertEqual(failed["coldStartMs"], 0)

    def test_no_secret_is_shown(self):
        self.ask("POST", "/orders/1?token=top-secret-token", "secret top-secret-token", {
            "Authorization": "Bearer top-secret-token", "Cookie": "session=s3ss10n-of-mine", "X-Api-Key": "my-api-key-1"})
        self.ask("GET", "/guarded", headers={"Authorization": "Bearer let-me-in"})
        with self.subTest("the function has seen them"):
            log = self.server.output()
            self.assertIn("correct-horse-battery", log)
            self.assertIn("top-secret-token", log)
        shown = json.dumps([self.details(1), self.details(2), self.requests(), self.page("state")])
        for secret in SECRETS:
            self.assertNotIn(secret, shown)
        self.assertIn("asked for /orders/1 (hidden:DB_PASSWORD) (hidden:Authorization)", self.details(1)["calls"][0]["log"]["text"])
        names = [call["function"] for call in self.details(2)["calls"]]
        self.assertEqual(names, ["Auth", "Orders"])

    def test_the_command_line_runs_the_same_event(self):
        self.ask("GET", "/orders/it's")
        call = self.details(1)["calls"][0]
        command = call["command"].replace("| samara ", f"| {SAMARA} ", 1)
        done = subprocess.run(["sh", "-c", command], cwd=self.project, env=self.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(json.loads(done.stdout)["body"])["path"], "/orders/it's")

    def test_a_replay_goes_through_the_same_protection(self):
        self.ask("GET", "/guarded", headers={"Authorization": "Bearer let-me-in"})
        again = self.page("requests/1/replay", "POST")["id"]
        details = self.details(again)
        self.assertEqual((details["status"], details["replayOf"]), (200, 1))
        self.assertEqual([call["function"] for call in details["calls"]], ["Auth", "Orders"], "the authorizer is asked again")
        headers = [[name, value] for name, value in details["request"]["headers"] if name.lower() != "authorization"]
        for edited, status in ((headers, 401), ([*headers, ["Authorization", "Bearer wrong"]], 403),
                               ([*headers, ["Authorization", "(hidden:Authorization)"]], 200)):
            number = self.page("requests/1/replay", "POST", json.dumps({"headers": edited}))["id"]
            self.assertEqual(self.page(f"requests/{number}")["status"], status)
        self.server.wait_for_line("GET /guarded 403")

    def test_an_edited_request_is_another_one(self):
        self.ask("POST", "/orders/1", "first")
        number = self.page("requests/1/replay", "POST", json.dumps({"target": "/orders/2?x=y", "body": "second"}))["id"]
        answer = json.loads(self.details(number)["response"]["body"]["text"])
        self.assertEqual((answer["path"], answer["body"]), ("/orders/2", "second"))
        for wrong in ("{", json.dumps({"target": "no path"}), json.dumps({"headers": [["A", "x\r\nB: y"]]})):
            self.page("requests/1/replay", "POST", wrong, 400)
        self.page("requests/999/replay", "POST", status=404)

    def test_a_replay_runs_the_code_that_was_edited_meanwhile(self):
        self.ask("GET", "/orders/1")
        self.write("app/app.py", CODE.replace('"path": path', '"path": "edited"'))
        number = self.page("requests/1/replay", "POST")["id"]
        self.assertEqual(json.loads(self.details(number)["response"]["body"]["text"])["path"], "edited")

    def test_a_function_url_is_replayed_at_its_own_port(self):
        urls = [route["path"] for route in self.page("state")["routes"] if route["kind"] == "Function URL"]
        subprocess.run(["curl", "-s", "-o", "/dev/null", urls[0] + "by/url"], check=True, timeout=60)
        number = self.page("requests/1/replay", "POST")["id"]
        self.assertEqual(json.loads(self.details(number)["response"]["body"]["text"])["path"], "/by/url")

    def test_changes_come_by_server_sent_events(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/_samara/updates")
        answer = connection.getresponse()
        self.assertEqual(answer.headers["Content-Type"], "text/event-stream")

        def event(name):
            while True:
                line = answer.readline().decode()
                self.assertTrue(line, "the stream has ended")
                if line == f"event: {name}\n":
                    return json.loads(answer.readline().decode().partition(": ")[2])

        self.assertEqual(len(event("routes")), len(self.page("state")["routes"]))
        self.assertEqual(event("functions")[0]["warm"], 0)
        self.ask("GET", "/orders/live?token=top-secret-token")
        self.assertEqual(event("requests")[0]["target"], "/orders/live?token=(hidden:token)")
        self.ask("DELETE", "/_samara/requests")
        event("clear")
        self.assertEqual(self.requests(), [])
        self.assertEqual(self.server.stop(), 0)
        self.assertTrue(answer.read() is not None, "it ends whole, with the server")
        connection.close()
        self.assert_nothing_left()

    def test_pages_of_others_and_other_names_are_refused(self):
        own = f"127.0.0.1:{self.port}"
        for headers, status in (({}, 200), ({"Host": "evil.example.com"}, 403), ({"Origin": "https://evil.example.com"}, 403),
                                ({"Origin": f"http://{own}"}, 200), ({"Sec-Fetch-Site": "cross-site"}, 403),
                                ({"Sec-Fetch-Site": "same-site"}, 403), ({"Sec-Fetch-Site": "same-origin"}, 200),
                                ({"Referer": "https://evil.example.com/"}, 403)):
            for method, path in (("GET", "/_samara/state"), ("GET", "/_samara/"), ("DELETE", "/_samara/requests")):
                self.assertEqual(self.ask(method, path, headers=headers).status, status, (method, path, headers))
        self.ask("GET", "/orders/1", headers={"Host": "evil.example.com", "Origin": "https://evil.example.com"})
        self.assertEqual(self.requests()[0]["status"], 200, "routes refuse nothing by themselves")

    def test_a_client_of_a_websocket_api_gets_what_the_page_sends(self):
        with WebSocket(self.port, "/prod") as client:
            connection = wait_for(lambda: self.page("state")["connections"], "the connection")[0]
            self.assertEqual((connection["api"], connection["sourceIp"]), ("Chat", "127.0.0.1"))
            identifier = connection["id"].replace("/", "%2F").replace("+", "%2B").replace("=", "%3D")
            self.page("connections/" + identifier, "POST", "hello from the page")
            self.assertEqual(client.text(), "hello from the page")
        wait_for(lambda: not self.page("state")["connections"], "nobody to be there")
        self.page("connections/" + identifier, "POST", "too late", 410)

    def test_what_a_websocket_client_says_is_among_the_requests(self):
        with WebSocket(self.port, "/prod", headers=["Authorization: Bearer top-secret-token"]) as client:
            client.send("good morning")
            self.assertEqual(json.loads(client.text())["body"], "good morning")
        wait_for(lambda: len(self.requests()) == 3, "three of them")
        listed = self.requests()
        self.assertEqual([(one["method"], one["route"], one["status"]) for one in listed],
                         [("CONNECT", "$connect", 200), ("MESSAGE", "$default", 200), ("DISCONNECT", "$disconnect", 200)])
        self.assertNotIn("top-secret-token", json.dumps(self.page(f"requests/{listed[0]['id']}")))
        said = self.details(listed[1]["id"])
        self.assertEqual((said["request"]["body"]["text"], said["target"]), ("good morning", "/prod"))
        self.assertEqual(json.loads(said["calls"][0]["event"]["text"])["body"], "good morning")
        self.assertFalse(said["replayable"])
        self.page(f"requests/{said['id']}/replay", "POST", status=410)

    def test_memory_stays_flat_over_many_requests(self):
        body = "x" * 200_000

        def send(count):
            def some(_):
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
                for _ in range(count // 4):
                    connection.request("POST", "/orders/1", body)
                    answer = connection.getresponse()
                    answer.read()
                    self.assertEqual(answer.status, 200)
                connection.close()
            with concurrent.futures.ThreadPoolExecutor(4) as threads:
                list(threads.map(some, range(4)))

        def resident():
            status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text()
            return int(status.partition("VmRSS:")[2].split()[0]) / 1024

        send(400)  # the ring is full
        before = resident()
        send(1000)
        self.assertLess(resident() - before, 24, "MB more")
        requests = self.requests()
        self.assertLessEqual(len(requests), 200)
        self.assertEqual(requests[-1]["id"], 1400)
        details = self.page("requests/1400")
        self.assertEqual((details["request"]["body"]["size"], details["request"]["body"]["cut"]), (200_000, True))
        self.assertEqual(len(details["request"]["body"]["text"]), 64 * 1024)
        self.page("requests/1400/replay", "POST", status=400)
        self.page("requests/1", status=404)


class OnDocker(ConsoleServer, SamaraTest):
    engine = "docker"
    more = ("--invoke-image", f"{STAND_IN}/python:3.11")

    @classmethod
    def setUpClass(cls):
        needs_docker()

    def test_a_log_belongs_to_its_request(self):
        for number in range(3):
            self.ask("GET", f"/orders/{number}")
        for number in range(3):
            details = self.details(number + 1)
            log = details["calls"][0]["log"]["text"]
            self.assertEqual(log.count("asked for"), 1)
            self.assertIn(f"asked for /orders/{number}", log)
            self.assertGreater(details["calls"][0]["memoryUsedMb"], 0)


class TurnedOff(ConsoleServer, SamaraTest):
    more = ("--no-console",)

    def test_the_api_answers_below_samara_as_elsewhere(self):
        for path in ("/_samara/", "/_samara/state", "/_samara/requests"):
            self.assertEqual(self.ask("GET", path).status, self.ask("GET", "/nowhere").status)
        self.assertIn(self.ask("GET", "/_samara/").status, (403, 404))
        self.assertNotIn("_samara", self.server.output().replace("GET /_samara", ""))


if __name__ == "__main__":
    unittest.main()
