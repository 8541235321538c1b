"""An ordinary CI job, written for the original and run unchanged under the alias."""
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import SAMARA, SamaraTest, free_port  # noqa: E402

JOB = r"""
set -euo pipefail
shopt -s expand_aliases
alias sam="$SAMARA"

step() { echo "== $*"; }
wait_for() { for _ in $(seq 600); do if "$@" >/dev/null 2>&1; then return; fi; sleep 0.1; done; echo "in vain: $*"; exit 1; }

step init
sam init --name shop --runtime python3.11 --dependency-manager pip --app-template hello-world --no-interactive --no-tracing
cd shop

step validate
sam validate
sam validate --lint

step build
sam build --cached --parallel
test -f .aws-sam/build/template.yaml

step invoke
function=HelloWorldFunction
test "$(sam local invoke "$function" --event events/event.json | jq -r .statusCode)" = 200
test "$(sam local invoke "$function" --no-event 2>/dev/null | jq -r '.body | fromjson | .message')" = "hello world"

step exit codes
code=0; sam local invoke no-such-function 2>/dev/null || code=$?; test $code = 1
code=0; sam local invoke --no-such-option 2>/dev/null || code=$?; test $code = 2
code=0; sam build -t nowhere.yaml >/dev/null 2>&1 || code=$?; test $code != 0

step start-api
sam local start-api --port "$API_PORT" --warm-containers LAZY >api.log 2>&1 &
api=$!
wait_for grep -q "Press CTRL+C to quit" api.log
test "$(curl -fsS "http://127.0.0.1:$API_PORT/hello" | jq -r .message)" = "hello world"
test "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$API_PORT/nothing")" = 403
kill -INT $api; wait $api

step start-lambda
sam local start-lambda --port "$LAMBDA_PORT" >lambda.log 2>&1 &
lambda=$!
wait_for grep -q "Press CTRL+C to quit" lambda.log
python3 - "$function" <<'END'
import json, os, sys
import boto3, botocore.config
client = boto3.client("lambda", endpoint_url=f"http://127.0.0.1:{os.environ['LAMBDA_PORT']}", region_name="us-east-1",
                      aws_access_key_id="x", aws_secret_access_key="x", config=botocore.config.Config(retries={"max_attempts": 0}))
answer = client.invoke(FunctionName=sys.argv[1], Payload=b"{}")
assert answer["StatusCode"] == 200 and "FunctionError" not in answer, answer
assert json.loads(json.loads(answer["Payload"].read())["body"])["message"] == "hello world"
try:
    client.invoke(FunctionName="NoSuchFunction")
except client.exceptions.ResourceNotFoundException:
    pass
else:
    raise SystemExit("a function that there is not was invoked")
END
kill -TERM $lambda; wait $lambda
step done
"""


class CiJob(SamaraTest):
    def test_runs_under_the_alias(self):
        job = subprocess.run(
            ["bash", "-c", JOB], cwd=self.project, text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=300,
            env={**self.environment, "SAMARA": SAMARA, "SAMARA_ENGINE": "sandbox", "API_PORT": str(free_port()),
                 "LAMBDA_PORT": str(free_port()), "SAM_CLI_TELEMETRY": "0", "PATH": os.environ["PATH"]})
        self.assertEqual(job.returncode, 0, job.stdout + "\n" + job.stderr)
        self.assertIn("== done", job.stdout)
        self.assert_nothing_left()


if __name__ == "__main__":
    unittest.main()
