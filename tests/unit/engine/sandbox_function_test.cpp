#include "os/file.h"
#include "unit/engine/eventually.h"
#include "unit/engine/sandbox_function.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace samara::engine::sandbox {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST_F(SandboxFunction, AnswersInPython) {
    const auto environment =
        start(python("def handler(event, context):\n"
                     "    print('called')\n"
                     "    return {'name': event['name'], 'in': context.function_name}\n"));
    ASSERT_TRUE(environment);
    const Answer answer = invoke(*environment, R"({"name": "samara"})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"name": "samara", "in": "Function"})");
    EXPECT_EQ(answer.function_error, "");
    EXPECT_EQ(invoke(*environment, R"({"name": "again"})").status, 200);
    EXPECT_TRUE(eventually([&] { return output().find("REPORT RequestId") != std::string::npos; }));
    EXPECT_THAT(output(), HasSubstr("called\n"));
}

TEST_F(SandboxFunction, AnswersInNode) {
    const Answer answer =
        run(nodejs("exports.handler = async (event) => ({ name: event.name });"),
            R"({"name":"samara"})");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, R"({"name":"samara"})");
}

TEST_F(SandboxFunction, AnswersWithABootstrapOfItsOwn) {
    const Answer answer =
        run(provided(R"(#!/usr/bin/python3
import os, urllib.request
api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2018-06-01/runtime/invocation/'
while True:
    with urllib.request.urlopen(api + 'next') as event:
        request = event.headers['Lambda-Runtime-Aws-Request-Id']
        body = event.read()
    urllib.request.urlopen(api + request + '/response', data=body[::-1])
)"),
            R"("abc")");
    EXPECT_EQ(answer.body, R"("cba")");
}

TEST_F(SandboxFunction, RunsUnderADebugger) {
    auto traced =
        python("import sys\n"
               "def handler(event, context):\n"
               "    return [sys.flags.optimize, context.get_remaining_time_in_millis() > 0]\n");
    traced.debug = DebugSpec{{5678}, "-O -O", {}};
    EXPECT_EQ(run(traced).body, "[2, true]");

    // --inspect-brk would wait for somebody; port 0 and --inspect=... of its own do not.
    auto inspected =
        nodejs("exports.handler = async () => require('inspector').url().slice(0, 15);");
    inspected.debug = DebugSpec{{0}, "--no-inspect-brk --inspect=127.0.0.1:0", {}};
    EXPECT_EQ(run(inspected).body, R"("ws://127.0.0.1:")");
}

TEST_F(SandboxFunction, RunsTheExtensionsOfALayer) {
    const auto layer = std::get<ZipPackage>(python("").package).code;
    ASSERT_TRUE(os::make_folders(layer / "extensions"));
    const std::string_view extension = R"(#!/usr/bin/python3
import json, os, urllib.request
api = 'http://' + os.environ['AWS_LAMBDA_RUNTIME_API'] + '/2020-01-01/extension/'
def call(path, headers, body=None):
    answer = urllib.request.urlopen(urllib.request.Request(api + path, data=body, headers=headers))
    return answer.headers, json.load(answer)
headers, _ = call('register', {'Lambda-Extension-Name': os.path.basename(__file__)},
                  b'{"events": ["INVOKE", "SHUTDOWN"]}')
own = {'Lambda-Extension-Identifier': headers['Lambda-Extension-Identifier']}
event = ''
while event != 'SHUTDOWN':
    event = call('event/next', own)[1]['eventType']
    print('extension saw', event, flush=True)
)";
    ASSERT_TRUE(os::write_file_atomically(layer / "extensions" / "watcher", extension, 0755));
    auto watched = python("def handler(event, context): return 'well'\n");
    watched.layers = {{"watcher-1", layer, true}};
    auto environment = start(watched);
    ASSERT_TRUE(environment);
    EXPECT_EQ(invoke(*environment, "{}").body, R"("well")");
    EXPECT_TRUE(eventually([&] { return output().find("saw INVOKE") != std::string::npos; }));
    environment.reset(); // gives it its two seconds
    EXPECT_THAT(output(), HasSubstr("extension saw SHUTDOWN"));
}

TEST_F(SandboxFunction, TwoRunSideBySide) {
    const std::string_view source = "import os\n"
                                    "def handler(event, context):\n"
                                    "    return os.environ['AWS_LAMBDA_RUNTIME_API']\n";
    const auto one = start(python(source));
    const auto other = start(python(source));
    ASSERT_TRUE(one && other);
    EXPECT_NE(invoke(*one, "{}").body, invoke(*other, "{}").body);
}

TEST_F(SandboxFunction, FindsLibrariesInLayersAndTheSystem) {
    const Answer answer =
        run(python("import boto3, importlib.metadata\n"
                   "def handler(event, context):\n"
                   "    return importlib.metadata.version('boto3') == boto3.__version__\n"));
    EXPECT_EQ(answer.body, "true");
}

// What works here and would fail on Lambda is the worst kind of help.
TEST_F(SandboxFunction, HasBoto3AndNothingElseOfTheHosts) {
    const Answer answer = run(python(R"(
import boto3, importlib

def attempt(name):
    try:
        importlib.import_module(name)
        return name
    except ModuleNotFoundError as error:
        return str(error)

def handler(event, context):
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    try:
        import requests
        requests.get
        found = "requests"
    except ModuleNotFoundError as error:
        found = str(error)
    return [client.meta.service_model.service_name, found, attempt("yaml"), attempt("pip"), attempt("numpy")]
)"));
    EXPECT_EQ(
        answer.body,
        R"(["s3", "No module named 'requests'", "No module named 'yaml'", "No module named 'pip'", "No module named 'numpy'"])");
    EXPECT_THAT(
        run(python("import requests\ndef handler(event, context): pass\n")).body,
        HasSubstr("No module named 'requests'"));
}

TEST_F(SandboxFunction, BringsItsOwnRequests) {
    auto spec = python("import boto3.exceptions, requests\n"
                       "def handler(event, context): return requests.mine\n");
    const auto code = std::get<ZipPackage>(spec.package).code;
    ASSERT_TRUE(os::write_file_atomically(
        code / "requests.py",
        "import sys, types\nmine = 'own'\npackages = types.ModuleType('requests.packages')\n"
        "import urllib3\npackages.urllib3 = urllib3\nsys.modules['requests.packages'] = packages\n"
        "class exceptions:\n"
        "    SSLError = ReadTimeout = ConnectTimeout = ProxyError = type('E', (IOError,), {})\n"));
    EXPECT_EQ(run(spec).body, R"("own")");
}

} // namespace
} // namespace samara::engine::sandbox
