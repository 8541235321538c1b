"""Sample events as the libraries of their consumers see them: TypeScript's types of Lambda events
(npm @types/aws-lambda) and the schemas of Powertools (npm @aws-lambda-powertools/parser)."""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from samara_e2e import ROOT, SamaraTest

NPM = pathlib.Path(os.environ.get("SAMARA_TEST_NPM", ""))

# Service and event to its type, and its schema where there is one.
FIREHOSE = ("FirehoseTransformationEvent", "KinesisFirehoseSchema")
EVENTS = {
    "alb request": ("ALBEvent", "AlbSchema"),
    "apigateway authorizer": ("APIGatewayTokenAuthorizerEvent", "APIGatewayTokenAuthorizerEventSchema"),
    "apigateway aws-proxy": ("APIGatewayProxyEvent", "APIGatewayProxyEventSchema"),
    "apigateway http-api-proxy": ("APIGatewayProxyEventV2", "APIGatewayProxyEventV2Schema"),
    "apigateway request-authorizer": ("APIGatewayRequestAuthorizerEvent", "APIGatewayRequestAuthorizerEventSchema"),
    "appsync resolver": ("AppSyncResolverEvent<Record<string, unknown>>", "AppSyncResolverSchema"),
    "cloudformation create-request": (
        "CloudFormationCustomResourceCreateEvent", "CloudFormationCustomResourceCreateSchema"),
    "cloudfront access-request-in-response": ("CloudFrontResponseEvent", None),
    "cloudfront modify-response-header": ("CloudFrontResponseEvent", None),
    "cloudwatch logs": ("CloudWatchLogsEvent", "CloudWatchLogsSchema"),
    "cloudwatch scheduled-event": ("ScheduledEvent", "EventBridgeSchema"),
    "codecommit repository": ("CodeCommitTriggerEvent", None),
    "codepipeline job": ("CodePipelineEvent", None),
    "connect contact-flow-event": ("ConnectContactFlowEvent", None),
    "dynamodb update": ("DynamoDBStreamEvent", "DynamoDBStreamSchema"),
    "kinesis apachelog": FIREHOSE,
    "kinesis cloudwatch-logs-processor": FIREHOSE,
    "kinesis get-records": ("KinesisStreamEvent", "KinesisDataStreamSchema"),
    "kinesis kinesis-firehose": FIREHOSE,
    "kinesis streams-as-source": FIREHOSE,
    "kinesis syslog": FIREHOSE,
    "rekognition s3-request": ("S3Event", "S3Schema"),
    "s3 batch-invocation": ("S3BatchEvent", None),
    "s3 delete": ("S3Event", "S3Schema"),
    "s3 put": ("S3Event", "S3Schema"),
    "ses email-receiving": ("SESEvent", "SesSchema"),
    "sns notification": ("SNSEvent", "SnsSchema"),
    "sqs receive-message": ("SQSEvent", "SqsSchema"),
}
# Of these services every other event.
SERVICES = {"cloudfront": "CloudFrontRequestEvent", "lex": "LexEvent", "lex-v2": "LexV2Event"}
# Neither library knows these services.
UNKNOWN = {
    "alexa-skills-kit", "alexa-smart-home", "batch", "cognito", "config", "kinesis analytics",
    "kinesis analytics-compressed", "kinesis analytics-dynamodb", "kinesis analytics-kpl", "sagemaker",
    "stepfunctions", "workmail"}


def adapted(name, event):
    """The event but for what AWS sends otherwise than the types have it."""
    event = json.loads(json.dumps(event))
    if name == "apigateway http-api-proxy":
        del event["requestContext"]["authorizer"]  # a type of its own
    elif name in ("apigateway aws-proxy", "apigateway request-authorizer"):
        event["requestContext"]["authorizer"] = None  # absent without one
    elif name == "codepipeline job":
        del event["CodePipeline.job"]["data"]["artifactCredentials"]["expirationTime"]
    elif name == "kinesis streams-as-source":
        event["records"][0]["kinesisRecordMetadata"]["subsequenceNumber"] = ""  # a number in truth, and in the schema
    elif name == "s3 delete":
        event["Records"][0]["s3"]["object"] |= {"size": 0, "eTag": ""}  # deletions have neither
    if name == "apigateway request-authorizer":
        del event["requestContext"]["authorizer"]
    return event


class SampleEvents(SamaraTest):
    def setUp(self):
        super().setUp()
        if not (NPM / "node_modules/zod").is_dir():
            self.skipTest("SAMARA_TEST_NPM has no zod")
        (self.project / "node_modules").symlink_to(NPM / "node_modules")
        self.events = {}
        for index in sorted((ROOT / "schemas/events").glob("*.json")):
            for event in json.loads(index.read_text()):
                result = self.samara("local", "generate-event", index.stem, event)
                self.events[f"{index.stem} {event}"] = json.loads(result.stdout)

    def known(self, name):
        service = name.split()[0]
        if name in UNKNOWN or service in UNKNOWN:
            return None, None
        self.assertTrue(name in EVENTS or service in SERVICES, f"{name}: which type is it?")
        return EVENTS.get(name) or (SERVICES[service], None)

    def test_they_compile_as_the_types_of_lambda_events(self):
        lines = ['import type * as Lambda from "aws-lambda";']
        for name, event in self.events.items():
            kind, _ = self.known(name)
            if kind is not None:
                constant = re.sub(r"\W", "_", name)
                text = json.dumps(adapted(name, event))
                if name == "apigateway request-authorizer":
                    kind = f"Omit<Lambda.{kind}, 'requestContext'> & {{requestContext: " \
                           f"Omit<Lambda.{kind}['requestContext'], 'authorizer'>}}"
                else:
                    kind = f"Lambda.{kind}"
                lines.append(f"export const {constant}: {kind} = {text};")
        self.write("events.ts", "\n".join(lines))
        self.write("tsconfig.json", json.dumps({"compilerOptions": {
            "strict": True, "noEmit": True, "skipLibCheck": True, "module": "nodenext",
            "moduleResolution": "nodenext", "types": [], "lib": ["es2022", "dom"]}, "files": ["events.ts"]}))
        result = subprocess.run(
            ["node", NPM / "node_modules/typescript/bin/tsc", "-p", self.project, "--pretty", "false"],
            capture_output=True, text=True)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_they_pass_the_schemas_of_powertools(self):
        wanted = {name: schema for name in self.events if (schema := self.known(name)[1])}
        self.write("events.json", json.dumps({name: [schema, self.events[name]] for name, schema in wanted.items()}))
        self.write("check.mjs", """\
import { readFileSync } from "node:fs";
import * as schemas from "@aws-lambda-powertools/parser/schemas";
for (const [name, [schema, event]] of Object.entries(JSON.parse(readFileSync("events.json")))) {
  const result = schemas[schema].safeParse(event);
  if (!result.success) {
    console.log(name, JSON.stringify(result.error.issues));
  }
}
""")
        result = subprocess.run(["node", "check.mjs"], cwd=self.project, capture_output=True, text=True)
        self.assertEqual((result.stdout, result.stderr, result.returncode), ("", "", 0))
        self.assertGreaterEqual(len(wanted), 20)

    def test_help_says_what_an_option_means(self):
        text = self.samara("local", "generate-event", "s3", "put", "--help").stdout
        self.assertIn("Name of the S3 bucket the event is about", text)
        self.assertNotIn("place in the event", text)

    def test_queries_of_a_rest_api(self):
        event = json.loads(self.samara(
            "local", "generate-event", "apigateway", "aws-proxy", "--querystringparameters", '{"page": "2"}').stdout)
        self.assertEqual(event["queryStringParameters"], {"page": "2"})
        self.assertEqual(event["multiValueQueryStringParameters"], {"page": ["2"]})
        self.samara("local", "generate-event", "apigateway", "aws-proxy", "--querystringparameters", "{", code=2)


if __name__ == "__main__":
    unittest.main()
