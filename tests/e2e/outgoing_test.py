"""Servers that samara asks and that answer without end, slowly or never: issuers of tokens, the Lambda API, Docker."""
import os
import pathlib
import signal
import socket
import ssl
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from issuer_test import Issuer, TEMPLATE  # noqa: E402
from samara_e2e import SamaraTest, curl, free_port, wait_for  # noqa: E402


class HostileServer:
    """Does `behave` with every connection; over TLS with the certificate of an Issuer's folder."""

    def __init__(self, behave, port, certificates=None):
        self.asked = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.context = None
        if certificates:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificates / "tls.pem", certificates / "tls.key")
        self.behave = behave
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            connection.recv(65536)
            self.asked.set()
            self.behave(connection)
        except OSError:
            pass
        connection.close()

    def stop(self):
        self.listener.close()


def without_end(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n{")
    while True:
        connection.sendall(b" " * 65536)


def one_byte_a_second(connection):
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b" ")
        time.sleep(1)


def never(connection):
    while connection.recv(65536):
        pass


class HostileIssuer(SamaraTest):
    def setUp(self):
        super().setUp()
        self.port, self.issuer_port = free_port(), free_port()
        self.environment.update({"SAMARA_ENGINE": "sandbox", "XDG_CACHE_HOME": str(self.folder / "cache"),
                                 "SSL_CERT_FILE": str(self.folder / "tls.pem")})
        self.write("template.yaml", TEMPLATE.replace("ISSUER", str(self.issuer_port)))
        self.write("app/main.py", "def handler(event, context):\n    return 'ok'\n")
        issuer = Issuer(self.folder, self.issuer_port)
        self.token = issuer.token()
        issuer.stop()

    def hostile(self, behave):
        server = HostileServer(behave, self.issuer_port, self.folder)
        self.addCleanup(server.stop)
        return server

    def get(self):
        return curl("-H", f"Authorization: Bearer {self.token}", f"http://127.0.0.1:{self.port}/x")

    def refuses(self, behave):
        self.hostile(behave)
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            begin = time.monotonic()
            self.assertEqual(self.get()[0], 501, "closed, with the reason")
            self.assertLess(time.monotonic() - begin, 20)
            peak = next(line for line in pathlib.Path(f"/proc/{api.process.pid}/status").read_text().splitlines()
                        if line.startswith("VmHWM"))
            self.assertLess(int(peak.split()[1]), 200_000, "kilobytes")
            self.assertEqual(api.stop(signal.SIGINT, 10), 0)

    def test_a_document_without_end(self):
        self.refuses(without_end)

    def test_a_trickle(self):
        self.refuses(one_byte_a_second)

    def test_silence(self):
        self.refuses(never)

    def test_ctrl_c_does_not_wait_for_an_issuer(self):
        issuer = self.hostile(never)
        with self.start("local", "start-api", "--port", self.port) as api:
            api.wait_for_line("Press CTRL+C to quit")
            client = threading.Thread(target=lambda: curl("-m", "20", "-H", f"Authorization: Bearer {self.token}",
                                                          f"http://127.0.0.1:{self.port}/x"))
            client.start()
            self.assertTrue(issuer.asked.wait(20))
            begin = time.monotonic()
            self.assertEqual(api.stop(signal.SIGINT, 10), 0)
            self.assertLess(time.monotonic() - begin, 4, "less than the issuer's own limit")
            client.join()
        self.assert_nothing_left(api.process.pid)


LAYERED = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Fn:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.11
      CodeUri: app
      Handler: main.handler
      Layers: ['arn:aws:lambda:eu-west-1:123456789012:layer:common:1']
"""


class HostileLambdaApi(SamaraTest):
    """`local invoke` asks it where a layer is, and a bucket for the layer."""

    def setUp(self):
        super().setUp()
        self.environment.update({"SAMARA_ENGINE": "sandbox", "XDG_CACHE_HOME": str(self.folder / "cache"),
                                 "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"})
        self.write("template.yaml", LAYERED)
        self.write("app/main.py", "def handler(event, context):\n    return 'ok'\n")

    def hostile(self, behave):
        server = HostileServer(behave, 0)
        self.addCleanup(server.stop)
        self.environment["AWS_ENDPOINT_URL_LAMBDA"] = f"http://127.0.0.1:{server.port}"
        return server

    def invoke(self):
        return self.start("local", "invoke", "--layer-cache-basedir", self.folder / "layers")

    def test_an_answer_without_end(self):
        self.hostile(without_end)
        done = self.samara("local", "invoke", "--layer-cache-basedir", self.folder / "layers", code=1, seconds=60)
        self.assertIn("the answer has more than", done.stderr)
        self.assert_nothing_left()

    def test_ctrl_c_during_a_download(self):
        def layer(connection):
            bucket = HostileServer(one_byte_a_second, 0)
            self.addCleanup(bucket.stop)
            self.bucket = bucket
            body = (b'{"Content": {"Location": "http://127.0.0.1:%d/layer.zip", "CodeSha256": "AAAA"}}' % bucket.port)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

        self.bucket = None
        self.hostile(layer)
        with self.invoke() as run:
            wait_for(lambda: self.bucket and self.bucket.asked.is_set(), "the download")
            self.assertEqual(run.stop(signal.SIGINT, 5), 1)
        self.assertEqual(list((self.folder / "layers").iterdir()), [])
        self.assert_nothing_left(run.process.pid)


class HostileDocker(SamaraTest):
    def test_ctrl_c_while_the_engine_is_silent(self):
        self.write("template.yaml", LAYERED.split("      Layers")[0])
        self.write("app/main.py", "def handler(event, context):\n    return 'ok'\n")
        engine = HostileServer(never, 0)
        self.addCleanup(engine.stop)
        environment = {"DOCKER_HOST": f"tcp://127.0.0.1:{engine.port}", "SAMARA_ENGINE": "docker"}
        with self.start("local", "invoke", environment=environment) as run:
            self.assertTrue(engine.asked.wait(20))
            self.assertEqual(run.stop(signal.SIGINT, 5), 1)


class SilentPipe(SamaraTest):
    def test_the_first_ctrl_c_ends_the_wait_for_a_template(self):
        pipe = self.project / "template.yaml"
        os.mkfifo(pipe)
        for command in (("build",), ("validate",), ("local", "invoke"), ("local", "start-api"), ("local", "start-lambda")):
            with self.subTest(command), self.start(*command, "-t", pipe) as run:
                # Somebody who would write gets in only once it is read.
                wait_for(lambda: can_be_written(pipe), "the read of the template")
                self.assertEqual(run.stop(signal.SIGINT, 5), 1)
                self.assertIn("Aborted!", run.output())


def can_be_written(pipe):
    try:
        os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)  # kept open: closing it would be the end of the template
    except OSError:
        return False
    return True


class SecondCtrlC(SamaraTest):  # alone: how soon a program ends
    def test_ends_what_does_not_stop(self):
        # A child of the program that ignores every polite signal holds its end up.
        self.write("template.yaml", LAYERED)
        self.write("app/main.py", "def handler(event, context):\n    return 'ok'\n")
        program = self.folder / "credentials"
        program.write_text("#!/bin/sh\ntrap '' INT TERM\necho $$ > \"$ASKED\"\nwhile :; do sleep 0.1; done\n")
        program.chmod(0o755)
        self.write("config", f"[default]\ncredential_process = {program}\n")
        asked = self.folder / "asked"
        environment = {"ASKED": str(asked), "SAMARA_ENGINE": "sandbox", "HOME": str(self.folder),
                       "AWS_CONFIG_FILE": str(self.project / "config"), "AWS_ACCESS_KEY_ID": "",
                       "AWS_SECRET_ACCESS_KEY": ""}
        with self.start("local", "invoke", environment=environment) as run:
            wait_for(lambda: asked.exists() and asked.read_text().strip(), "the program that is asked for credentials")
            self.addCleanup(lambda: os.kill(int(asked.read_text()), signal.SIGKILL))
            begin = time.monotonic()
            # What comes with the first is that told twice; a later one is the second.
            wait_for(lambda: run.process.send_signal(signal.SIGINT) or run.process.poll() is not None, "the end", 5)
            self.assertLess(time.monotonic() - begin, 1.5, "the child has two seconds from the first")
            self.assertEqual(run.process.returncode, -signal.SIGINT)
            self.assertIn("Ended at once", run.output())


if __name__ == "__main__":
    unittest.main()
