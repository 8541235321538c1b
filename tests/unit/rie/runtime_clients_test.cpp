// The runtime clients in templates/runtimes against the real samara-rie: one table for all.
#include "support/rie/rie_process.h"
#include "support/source_tree.h"

#include <cstdlib>
#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <unistd.h>

namespace samara::rie {
namespace {

using test::Answer;
using test::RieProcess;
using testing::ContainsRegex;
using testing::HasSubstr;

struct ClientCase {
    std::string name;
    std::string runtime; ///< folder of templates/runtimes
    std::string handler;
    std::string file;
    std::string code;
    std::string event;
    std::string body; ///< a regular expression
    bool fails = false;
    std::string log = ""; ///< a regular expression
};

void write_file(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

// What GoogleTest prints of a row.
void PrintTo(const ClientCase& row, std::ostream* out) {
    *out << row.name;
}

class Client : public testing::TestWithParam<ClientCase> {};

TEST_P(Client, Answers) {
    const ClientCase& row = GetParam();
    const auto folder = os::TempDir::create("client-test");
    ASSERT_TRUE(folder);
    write_file(folder->path() / row.file, row.code);
    RieProcess rie(
        {{test::source_path("templates/runtimes/" + row.runtime + "/bootstrap")},
         {{"LAMBDA_TASK_ROOT", folder->path()},
          {"_HANDLER", row.handler},
          {"AWS_LAMBDA_FUNCTION_NAME", "Thumbs"},
          {"PYTHONDONTWRITEBYTECODE", "1"}}});
    const Answer answer =
        rie.invoke(row.event, {{"X-Amz-Client-Context", "eyJjdXN0b20iOnsiYSI6MX19"}});
    EXPECT_THAT(answer.body, ContainsRegex(row.body)) << rie.log();
    EXPECT_EQ(answer.header("X-Amz-Function-Error"), row.fails ? "Unhandled" : "") << answer.body;
    EXPECT_TRUE(rie.log_has("REPORT"));
    if (!row.log.empty()) {
        EXPECT_THAT(rie.log(), ContainsRegex(row.log));
    }
}

constexpr const char* iso_time = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z";
constexpr const char* uuid = "[0-9a-f-]{36}";

INSTANTIATE_TEST_SUITE_P(
    Python,
    Client,
    testing::Values(
        ClientCase{
            "Returns",
            "python",
            "app.handler",
            "app.py",
            "def handler(event, context):\n    return {'got': event, 'æ': 1.5}\n",
            R"({"a": [1]})",
            R"(^[{]"got": [{]"a": .1.}, "æ": 1.5}$)"},
        ClientCase{
            "NestedModule",
            "python",
            "src.main.lambda_handler",
            "src/main.py",
            "def lambda_handler(event, context):\n    return __name__\n",
            "{}",
            "\"src.main\""},
        ClientCase{
            "SlashedModule",
            "python",
            "src/main.lambda_handler",
            "src/main.py",
            "def lambda_handler(event, context):\n    return __name__\n",
            "{}",
            "\"src.main\""},
        ClientCase{
            "Context",
            "python",
            "app.handler",
            "app.py",
            "def handler(event, c):\n"
            "    return [c.function_name, c.function_version, c.memory_limit_in_mb,\n"
            "            c.invoked_function_arn, len(c.aws_request_id), c.log_group_name,\n"
            "            2000 < c.get_remaining_time_in_millis() <= 3000,\n"
            "            c.identity.cognito_identity_id, c.client_context.custom]\n",
            "{}",
            R"(^."Thumbs", ".LATEST", "128", "arn:aws:lambda:us-east-1:123456789012:function:)"
            R"(Thumbs", 36, "/aws/lambda/Thumbs", true, null, ."a": 1}.$)"},
        ClientCase{
            "Raises",
            "python",
            "app.handler",
            "app.py",
            "def handler(event, context):\n    raise ValueError('boom')\n",
            "{}",
            R"(^[{]"errorMessage": "boom", "errorType": "ValueError", "requestId": "[0-9a-f-]{36}",)"
            R"( "stackTrace": ."  File .+/app.py.", line 2, in handler.n)",
            true,
            R"(\[ERROR\] ValueError: boom.Traceback \(most recent call last\):)"},
        ClientCase{
            "CannotBeSerialised",
            "python",
            "app.handler",
            "app.py",
            "def handler(event, context):\n    return object()\n",
            "{}",
            R"("errorMessage": "Unable to marshal response: Object of type object is not JSON )"
            R"(serializable", "errorType": "Runtime.MarshalError")",
            true},
        ClientCase{
            "Decimal",
            "python",
            "app.handler",
            "app.py",
            "from decimal import Decimal\n"
            "def handler(event, context):\n    return [Decimal('7'), Decimal('1.5')]\n",
            "{}",
            R"(^\[7, 1.5\]$)"},
        ClientCase{
            "NoModule",
            "python",
            "nope.handler",
            "app.py",
            "",
            "{}",
            R"("errorMessage": "Unable to import module 'nope': No module named 'nope'", )"
            R"("errorType": "Runtime.ImportModuleError")",
            true,
            "INIT_REPORT .*Error Type: Runtime.ImportModuleError"},
        ClientCase{
            "NoHandler",
            "python",
            "app.nope",
            "app.py",
            "x = 1\n",
            "{}",
            R"("errorMessage": "Handler 'nope' missing on module 'app'", )"
            R"("errorType": "Runtime.HandlerNotFound")",
            true},
        ClientCase{
            "SyntaxError",
            "python",
            "app.handler",
            "app.py",
            "def handler(:\n",
            "{}",
            R"("errorMessage": "Syntax error in module 'app': .*"errorType": )"
            R"("Runtime.UserCodeSyntaxError")",
            true},
        ClientCase{
            "MalformedName",
            "python",
            "handler",
            "app.py",
            "",
            "{}",
            "\"errorType\": \"Runtime.MalformedHandlerName\"",
            true},
        ClientCase{
            "RaisesOnImport",
            "python",
            "app.handler",
            "app.py",
            "raise KeyError('TABLE')\n",
            "{}",
            R"("errorType": "KeyError")",
            true},
        ClientCase{
            "ExitsInTheHandler",
            "python",
            "app.handler",
            "app.py",
            "import sys\ndef handler(event, context):\n    sys.exit(4)\n",
            "{}",
            "Runtime exited with error: exit status 4",
            true},
        ClientCase{
            "EventIsNotJson",
            "python",
            "app.handler",
            "app.py",
            "def handler(event, context):\n    return 1\n",
            "{nonsense",
            "\"errorType\": \"Runtime.UnmarshalError\"",
            true},
        ClientCase{
            "Logging",
            "python",
            "app.handler",
            "app.py",
            "import logging\nlogger = logging.getLogger()\nlogger.setLevel(logging.INFO)\n"
            "def handler(event, context):\n"
            "    logger.info('a line of %s', 'log')\n    logging.debug('not shown')\n"
            "    print('printed')\n",
            "{}",
            "^null$",
            false,
            fmt::format(
                R"(\[INFO\]	{}	{}	a line of log
printed
END)",
                iso_time,
                uuid)}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    NodeJs,
    Client,
    testing::Values(
        ClientCase{
            "Async",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = async (event) => ({ got: event });",
            R"({"a":[1]})",
            R"(^[{]"got":[{]"a":.1.}}$)"},
        ClientCase{
            "Callback",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = (event, context, callback) => {\n"
            "  setTimeout(() => callback(null, 'called back'), 5); };",
            "{}",
            "^\"called back\"$"},
        ClientCase{
            "CallbackDoesNotWait",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = (event, context, callback) => {\n"
            "  context.callbackWaitsForEmptyEventLoop = false;\n"
            "  setTimeout(() => {}, 60000); callback(null, 'at once'); };",
            "{}",
            "^\"at once\"$"},
        ClientCase{
            "CallbackError",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = (event, context, callback) => callback(new RangeError('no'));",
            "{}",
            R"(^[{]"errorType":"RangeError","errorMessage":"no","trace":.")",
            true},
        ClientCase{
            "NeverCallsBack",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = (event, context, callback) => {};",
            "{}",
            "^null$"},
        ClientCase{
            "EsModule",
            "nodejs",
            "app.handler",
            "app.mjs",
            "const name = await Promise.resolve('esm');\n"
            "export const handler = async () => name;",
            "{}",
            "^\"esm\"$"},
        ClientCase{
            "CommonJsExtension",
            "nodejs",
            "app.handler",
            "app.cjs",
            "exports.handler = async () => 'cjs';",
            "{}",
            "^\"cjs\"$"},
        ClientCase{
            "NestedMember",
            "nodejs",
            "src/app.api.get",
            "src/app.js",
            "exports.api = { get: async () => 'nested' };",
            "{}",
            "^\"nested\"$"},
        ClientCase{
            "Context",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = async (event, c) => [c.functionName, c.functionVersion,\n"
            "  c.memoryLimitInMB, c.invokedFunctionArn, c.awsRequestId.length, c.logGroupName,\n"
            "  c.getRemainingTimeInMillis() > 2000, c.clientContext.custom];",
            "{}",
            R"(^."Thumbs",".LATEST","128","arn:aws:lambda:us-east-1:123456789012:function:)"
            R"(Thumbs",36,"/aws/lambda/Thumbs",true,."a":1}.$)"},
        ClientCase{
            "Throws",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = async () => { throw new TypeError('boom'); };",
            "{}",
            R"(^[{]"errorType":"TypeError","errorMessage":"boom","trace":."TypeError: boom",)",
            true,
            fmt::format(
                "{}\t{}\tERROR\tInvoke Error \t.\"errorType\":\"TypeError\"", iso_time, uuid)},
        ClientCase{
            "UnhandledRejection",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = () => new Promise(() => { Promise.reject(new Error('lost')); });",
            "{}",
            "\"errorType\":\"Runtime.UnhandledPromiseRejection\"",
            true},
        ClientCase{
            "UncaughtException",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = () => new Promise(() => setImmediate(() => { throw new Error('x'); "
            "}));",
            "{}",
            "\"errorType\":\"Error\",\"errorMessage\":\"x\"",
            true},
        ClientCase{
            "CannotBeSerialised",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = async () => 1n;",
            "{}",
            "\"errorType\":\"Runtime.MarshalError\"",
            true},
        ClientCase{
            "NoModule",
            "nodejs",
            "nope.handler",
            "app.js",
            "",
            "{}",
            "\"errorType\":\"Runtime.ImportModuleError\",\"errorMessage\":\"Error: Cannot find "
            "module",
            true},
        ClientCase{
            "NoHandler",
            "nodejs",
            "app.nope",
            "app.js",
            "",
            "{}",
            R"("errorType":"Runtime.HandlerNotFound","errorMessage":"app.nope is undefined or not )"
            R"(exported")",
            true},
        ClientCase{
            "SyntaxError",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = async ( => 1;",
            "{}",
            "\"errorType\":\"Runtime.UserCodeSyntaxError\"",
            true},
        ClientCase{
            "Streams",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = awslambda.streamifyResponse(async (event, stream) => {\n"
            "  stream.write('one,'); stream.write('two'); stream.end(); });",
            "{}",
            "^one,two$"},
        ClientCase{
            "StreamsWithPrelude",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = awslambda.streamifyResponse(async (event, stream) => {\n"
            "  const s = awslambda.HttpResponseStream.from(stream, { statusCode: 201 });\n"
            "  s.end('body'); });",
            "{}",
            "^[{]\"statusCode\":201}"},
        ClientCase{
            "FailsInTheStream",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = awslambda.streamifyResponse(async (event, stream) => {\n"
            "  stream.write('one'); throw new Error('mid'); });",
            "{}",
            "\"errorMessage\":\"mid\"",
            true},
        ClientCase{
            "FailsBeforeTheStream",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = awslambda.streamifyResponse(async () => { throw new Error('no'); "
            "});",
            "{}",
            "\"errorMessage\":\"no\"",
            true},
        ClientCase{
            "Console",
            "nodejs",
            "app.handler",
            "app.js",
            "exports.handler = async () => { console.log('a %s', 'line'); console.warn('w'); };",
            "{}",
            "^null$",
            false,
            fmt::format(
                "{}\t{}\tINFO\ta line\n{}\t{}\tWARN\tw\nEND", iso_time, uuid, iso_time, uuid)}),
    [](const auto& row) { return row.param.name; });

// AWS's own runtime client, npm aws-lambda-ric@3.3.0, proves the emulator rather than our clients.
// scripts/test installs it under SAMARA_TEST_NPM.
class AwsClient : public testing::TestWithParam<ClientCase> {};

TEST_P(AwsClient, Answers) {
    const char* npm = std::getenv("SAMARA_TEST_NPM");
    const std::filesystem::path ric =
        std::filesystem::path(npm == nullptr ? "" : npm) / "node_modules/aws-lambda-ric";
    if (npm == nullptr || !std::filesystem::exists(ric / "dist/rapid-client.node")) {
        GTEST_SKIP() << "SAMARA_TEST_NPM does not name a folder with npm aws-lambda-ric";
    }
    const ClientCase& row = GetParam();
    const auto folder = os::TempDir::create("client-test");
    ASSERT_TRUE(folder);
    write_file(folder->path() / row.file, row.code);
    RieProcess rie(
        {{"/bin/sh",
          "-c",
          R"(cd "$LAMBDA_TASK_ROOT" && exec node "$0" "$1")",
          (ric / "bin/index.mjs").string(),
          row.handler},
         {{"LAMBDA_TASK_ROOT", folder->path()},
          {"_HANDLER", row.handler},
          {"AWS_LAMBDA_FUNCTION_TIMEOUT", "10"}}});
    const Answer answer = rie.invoke(row.event);
    EXPECT_THAT(answer.body, ContainsRegex(row.body)) << rie.log();
    EXPECT_EQ(answer.header("X-Amz-Function-Error"), row.fails ? "Unhandled" : "") << answer.body;
    EXPECT_TRUE(rie.log_has("REPORT"));
    EXPECT_THAT(rie.log(), ContainsRegex(row.log));
}

INSTANTIATE_TEST_SUITE_P(
    NodeJs,
    AwsClient,
    testing::Values(
        ClientCase{
            "Returns",
            "",
            "app.handler",
            "app.js",
            "exports.handler = async (event) => { console.log('a line'); return event; };",
            R"({"a":1})",
            "^[{]\"a\":1}$",
            false,
            "\tINFO\ta line\nEND RequestId"},
        ClientCase{
            "Throws",
            "",
            "app.handler",
            "app.js",
            "exports.handler = async () => { throw new TypeError('boom'); };",
            "{}",
            R"(^[{]"errorType":"TypeError","errorMessage":"boom","trace":.)",
            true,
            "ERROR\tInvoke Error"},
        ClientCase{
            "NoModule",
            "",
            "nope.handler",
            "app.js",
            "",
            "{}",
            "\"errorType\":\"Runtime.ImportModuleError\"",
            true,
            "Phase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError"},
        ClientCase{
            "Streams",
            "",
            "app.handler",
            "app.js",
            "exports.handler = awslambda.streamifyResponse(async (event, stream) => {\n"
            "  stream.write('one,'); stream.write('two'); stream.end(); });",
            "{}",
            "^one,two$",
            false,
            "START RequestId"}),
    [](const auto& row) { return row.param.name; });

struct EndingCase {
    std::string runtime;
    std::string event;
    std::string end; ///< part of the log
};

void PrintTo(const EndingCase& row, std::ostream* out) {
    *out << row.runtime << ' ' << row.event;
}

class Ending : public testing::TestWithParam<EndingCase> {};

// However a call ends, what the function wrote before is in the log, without a line end too.
TEST_P(Ending, LosesNothingThatWasWritten) {
    const auto folder = os::TempDir::create("client-test");
    ASSERT_TRUE(folder);
    write_file(folder->path() / "app.py", R"(import os, signal, sys
def handler(event, context):
    sys.stdout.write("out,")
    sys.stderr.write("err,")
    sys.stdout.buffer.write(b"bytes,")
    print("print", end=",")
    if event == "exit":
        os._exit(3)
    if event == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if event == "raise":
        raise ValueError("x")
    while event == "hang":
        pass
)");
    write_file(folder->path() / "app.js", R"(exports.handler = async (event) => {
  process.stdout.write("out,");
  process.stderr.write("err,");
  process.stdout.write(Buffer.from("bytes,"));
  process.stdout.write("print,");
  if (event === "exit") process.exit(3);
  if (event === "kill") process.kill(process.pid, "SIGKILL");
  if (event === "raise") throw new Error("x");
  while (event === "hang");
};
)");
    RieProcess rie(
        {{test::source_path("templates/runtimes/" + GetParam().runtime + "/bootstrap")},
         {{"LAMBDA_TASK_ROOT", folder->path()},
          {"_HANDLER", "app.handler"},
          {"AWS_LAMBDA_FUNCTION_TIMEOUT", GetParam().event == "hang" ? "1" : "30"},
          {"PYTHONDONTWRITEBYTECODE", "1"}}});
    rie.invoke('"' + GetParam().event + '"');
    EXPECT_TRUE(rie.log_has("REPORT RequestId"));
    EXPECT_THAT(rie.log(), HasSubstr("Version: $LATEST\nout,err,bytes,print,"));
    EXPECT_THAT(rie.log(), HasSubstr(GetParam().end));
}

INSTANTIATE_TEST_SUITE_P(
    Runtime,
    Ending,
    testing::Values(
        EndingCase{"python", "return", "END"},
        EndingCase{"python", "raise", "ValueError"},
        EndingCase{"python", "exit", "exit status 3"},
        EndingCase{"python", "kill", "signal: killed"},
        EndingCase{"python", "hang", "Task timed out"},
        EndingCase{"nodejs", "return", "END"},
        EndingCase{"nodejs", "raise", "Invoke Error"},
        EndingCase{"nodejs", "exit", "exit status 3"},
        EndingCase{"nodejs", "kill", "signal: killed"},
        EndingCase{"nodejs", "hang", "Task timed out"}));

// Where a module cannot be read: its file, the line and what is in it.
TEST(Client, NodeNamesThePlaceOfASyntaxError) {
    const std::map<std::string, std::map<std::string, std::string>> projects{
        {"app.js", {{"app.js", "exports.handler = () => {\n  const = 5;\n};\n"}}},
        {"app.mjs", {{"app.mjs", "export const handler = () => {\n  const = 5;\n};\n"}}},
        {"part.js", {{"app.js", "require('./part.js');\n"}, {"part.js", "\n  const = 5;\n"}}},
        {"part.mjs", {{"app.mjs", "import './part.mjs';\n"}, {"part.mjs", "\n  const = 5;\n"}}}};
    for (const auto& [faulty, files] : projects) {
        const auto folder = os::TempDir::create("client-test");
        ASSERT_TRUE(folder);
        for (const auto& [name, text] : files) {
            write_file(folder->path() / name, text);
        }
        RieProcess rie(
            {{test::source_path("templates/runtimes/nodejs/bootstrap")},
             {{"LAMBDA_TASK_ROOT", folder->path()}, {"_HANDLER", "app.handler"}}});
        const Answer answer = rie.invoke("{}");
        const std::string place = fmt::format(
            R"("    at {}:2","  const = 5;","        ^")", (folder->path() / faulty).string());
        EXPECT_THAT(answer.body, HasSubstr(place)) << faulty;
        EXPECT_THAT(rie.log(), HasSubstr(place)) << faulty;
    }
}

// The init phase fails, and once more within the first call: one failure, told once.
TEST(Client, TellsAFailureToInitialiseOnce) {
    for (const std::string runtime : {"python", "nodejs"}) {
        const auto folder = os::TempDir::create("client-test");
        ASSERT_TRUE(folder);
        write_file(folder->path() / "app.py", "print('begins')\nraise ValueError('on purpose')\n");
        write_file(
            folder->path() / "app.js", "console.log('begins');\nthrow new Error('on purpose');\n");
        RieProcess rie(
            {{test::source_path("templates/runtimes/" + runtime + "/bootstrap")},
             {{"LAMBDA_TASK_ROOT", folder->path()},
              {"_HANDLER", "app.handler"},
              {"PYTHONDONTWRITEBYTECODE", "1"}}});
        EXPECT_TRUE(rie.log_has("Phase: init\tStatus: error"));
        const auto count = [&](std::string_view text) {
            const std::string log = rie.log();
            int found = 0;
            for (std::size_t at = log.find(text); at != std::string::npos;
                 at = log.find(text, at + 1)) {
                ++found;
            }
            return found;
        };
        const int once = count("on purpose");
        EXPECT_GE(once, 1);
        EXPECT_THAT(rie.invoke("{}").body, HasSubstr("on purpose"));
        EXPECT_TRUE(rie.log_has("REPORT RequestId"));
        EXPECT_EQ(count("on purpose"), once) << rie.log();
        EXPECT_EQ(count("begins"), 1) << rie.log();
        rie.invoke("{}"); // the next call fails by itself, and says so
        EXPECT_EQ(count("begins"), 2) << rie.log();
        EXPECT_EQ(count("on purpose"), 2 * once) << rie.log();
    }
}

TEST(Client, PythonLogsJsonWhenTheFunctionAsksForIt) {
    const auto folder = os::TempDir::create("client-test");
    ASSERT_TRUE(folder);
    write_file(
        folder->path() / "app.py",
        "import logging\ndef handler(e, c):\n    logging.getLogger('mine').warning('careful')\n");
    RieProcess rie(
        {{test::source_path("templates/runtimes/python/bootstrap")},
         {{"LAMBDA_TASK_ROOT", folder->path()},
          {"_HANDLER", "app.handler"},
          {"AWS_LAMBDA_LOG_FORMAT", "JSON"}}});
    rie.invoke("{}");
    ASSERT_TRUE(rie.log_has("platform.report"));
    EXPECT_THAT(
        rie.log(),
        ContainsRegex(R"(."timestamp": "[0-9TZ:-]+", "level": "WARNING", "message": )"
                      R"("careful", "logger": "mine", "requestId": "[0-9a-f-]{36}"})"));
}

TEST(Client, TheWrapperOfTheFunctionStartsTheRuntime) {
    const auto folder = os::TempDir::create("client-test");
    ASSERT_TRUE(folder);
    write_file(folder->path() / "wrap", "#!/bin/sh\nexport WRAPPED=yes\nexec \"$@\"\n");
    std::filesystem::permissions(folder->path() / "wrap", std::filesystem::perms::owner_all);
    write_file(
        folder->path() / "app.py",
        "import os\ndef handler(e, c):\n    return os.environ['WRAPPED']\n");
    RieProcess rie(
        {{test::source_path("templates/runtimes/python/bootstrap")},
         {{"LAMBDA_TASK_ROOT", folder->path()},
          {"_HANDLER", "app.handler"},
          {"AWS_LAMBDA_EXEC_WRAPPER", (folder->path() / "wrap").string()}}});
    EXPECT_EQ(rie.invoke("{}").body, "\"yes\"");
}

} // namespace
} // namespace samara::rie
