"""AWS's own Node.js runtime client (npm aws-lambda-ric) in an image of the user's, as AWS documents it
for images without a Lambda base: the emulator beside it has to be Lambda to it."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import STAND_IN, SamaraTest, curl, free_port, needs_docker

HANDLERS = """\
exports.answers = async (event, context) => {
  console.log("the event is", event.n);
  return { n: event.n + 1, id: context.awsRequestId, arn: context.invokedFunctionArn };
};
exports.throws = async () => { throw new TypeError("boom"); };
exports.streams = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("one,"); stream.write("two"); stream.end();
});
"""

FUNCTION = """\
  {name}:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      Timeout: 20
      ImageConfig: {{Command: [{handler}]}}
    Metadata: {{Dockerfile: Dockerfile, DockerContext: image, DockerTag: {tag}}}
"""

FUNCTIONS = {"Answers": "index.answers", "Throws": "index.throws", "Streams": "index.streams", "Broken": "nowhere.handler"}


class AwsClientInAContainer(SamaraTest):
    def setUp(self):
        super().setUp()
        needs_docker()
        client = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", "")) / "node_modules/aws-lambda-ric"
        if not (client / "dist/rapid-client.node").exists():
            self.skipTest("SAMARA_TEST_NPM does not name a folder with npm aws-lambda-ric")
        self.environment.update(SAMARA_ENGINE="docker", HOME=str(self.folder))
        image = self.project / "image"
        for part in ("bin", "dist"):
            shutil.copytree(client / part, image / "ric" / part)
        shutil.copy(client / "package.json", image / "ric")
        self.write("image/index.js", HANDLERS)
        self.write("image/Dockerfile", (
            f"FROM {STAND_IN}/nodejs:18\nWORKDIR /var/task\nCOPY ric /ric\nCOPY index.js ./\n"
            'ENTRYPOINT ["node", "/ric/bin/index.mjs"]\n'))
        tag = f"ric-{os.getpid()}"
        self.write("template.yaml", "Transform: AWS::Serverless-2016-10-31\nResources:\n" + "".join(
            FUNCTION.format(name=name, handler=handler, tag=tag) for name, handler in FUNCTIONS.items()))
        for name in FUNCTIONS:
            for of_user in (tag, "rapid-x86_64"):
                self.addCleanup(
                    subprocess.run, ["docker", "rmi", f"{name.lower()}:{of_user}"], capture_output=True)
        self.samara("build")

    def test_response_error_init_error_streaming_and_log(self):
        port = free_port()
        with self.start("local", "start-lambda", "--port", str(port)) as service:
            service.wait_for_line(f":{port}")

            def call(name):
                return curl("-d", '{"n": 1}', f"http://127.0.0.1:{port}/2015-03-31/functions/{name}/invocations")

            for _ in range(2):  # cold and warm
                status, headers, body = call("Answers")
                answer = json.loads(body)
                self.assertEqual((status, answer["n"]), (200, 2), body)
                self.assertEqual(answer["id"], headers["x-amzn-requestid"])
                self.assertRegex(answer["arn"], r":function:Answers$")
            self.assertIn("INFO\tthe event is 1", service.output())

            _, headers, body = call("Throws")
            self.assertEqual(headers["x-amz-function-error"], "Unhandled")
            self.assertEqual(
                (json.loads(body)["errorType"], json.loads(body)["errorMessage"]), ("TypeError", "boom"))

            self.assertEqual(call("Streams")[2], b"one,two")

            _, headers, body = call("Broken")
            self.assertEqual(headers["x-amz-function-error"], "Unhandled")
            self.assertEqual(json.loads(body)["errorType"], "Runtime.ImportModuleError")
            pid = service.process.pid
            self.assertEqual(service.stop(), 0)
        self.assert_nothing_left(pid)


if __name__ == "__main__":
    unittest.main()
