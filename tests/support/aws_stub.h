#pragma once

#include "aws_client/session.h"
#include "aws_client/xml.h"
#include "base/percent.h"
#include "base/strings.h"
#include "data/accessors.h"
#include "data/read.h"
#include "data/write.h"
#include "os/temp_dir.h"
#include "wire_server.h"

#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

/// AWS as a table: what each operation answers, and what was asked.
namespace samara::test {

struct AwsAnswer {
    int status = 200;
    std::string members; ///< YAML, or a body that is sent as it is
    bool raw = false;
    std::string headers = {}; ///< "Name: value\r\n"

    // Implicit: a table of answers reads best as texts.
    AwsAnswer(std::string_view yaml) : members(yaml) {} // NOLINT(*-explicit-*)

    AwsAnswer(const char* yaml) : members(yaml) {} // NOLINT(*-explicit-*)

    AwsAnswer(std::string yaml) : members(std::move(yaml)) {} // NOLINT(*-explicit-*)

    AwsAnswer(int given, std::string text, std::string more = {})
        : status(given), members(std::move(text)), raw(true), headers(std::move(more)) {}
};

/// An error as the protocol of its service writes it.
inline AwsAnswer aws_error(std::string_view code, std::string_view message, int status = 400) {
    AwsAnswer answer(fmt::format("{{Code: '{}', Message: \"{}\"}}", code, message));
    answer.status = status;
    return answer;
}

/// Environment of the process while it lives: a session opened then asks this server and nobody
/// else.
class AwsStub {
public:
    AwsStub() {
        set("AWS_ENDPOINT_URL", fmt::format("http://127.0.0.1:{}", server_.port()));
        set("AWS_ACCESS_KEY_ID", "AKID");
        set("AWS_SECRET_ACCESS_KEY", "secret");
        set("AWS_CONFIG_FILE", (home_.path() / "config").string());
        set("AWS_SHARED_CREDENTIALS_FILE", (home_.path() / "credentials").string());
        set("AWS_EC2_METADATA_DISABLED", "true");
        set("AWS_MAX_ATTEMPTS", "1");
        set("HOME", home_.path().string());
        set("SAM_CLI_POLL_DELAY", "0.001");
        for (const char* name :
             {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"}) {
            save(name);
            unsetenv(name);
        }
    }

    AwsStub(const AwsStub&) = delete;
    AwsStub& operator=(const AwsStub&) = delete;
    AwsStub(AwsStub&&) = delete;
    AwsStub& operator=(AwsStub&&) = delete;

    ~AwsStub() {
        for (const auto& [name, value] : saved_) {
            value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str());
        }
    }

    /// What `operation` answers, one after the other; the last one stays. "DescribeStacks", or
    /// "GET /restapis/id/stages" where the protocol is REST. Others are refused as
    /// "NoSuchOperation".
    AwsStub& on(const std::string& operation, std::vector<AwsAnswer> answers) {
        const std::lock_guard lock(mutex_);
        answers_[operation].assign(answers.begin(), answers.end());
        return *this;
    }

    /// Every call in order: its operation and its members that are texts, as
    /// "CreateStack StackName=app".
    std::vector<std::string> calls() const {
        const std::lock_guard lock(mutex_);
        return calls_;
    }

    /// Those of one operation, without its name.
    std::vector<std::string> calls(const std::string& operation) const {
        std::vector<std::string> found;
        for (const std::string& call : calls()) {
            if (call == operation || call.starts_with(operation + " ")) {
                found.push_back(call.substr(std::min(call.size(), operation.size() + 1)));
            }
        }
        return found;
    }

    std::shared_ptr<aws_client::Session> session(aws_client::SessionOptions options = {}) {
        if (options.region.empty()) {
            options.region = "eu-west-1";
        }
        return aws_client::Session::open(std::move(options)).value();
    }

private:
    void save(const std::string& name) {
        const char* value = std::getenv(name.c_str());
        saved_.emplace(name, value == nullptr ? std::nullopt : std::optional<std::string>(value));
    }

    void set(const std::string& name, const std::string& value) {
        save(name);
        setenv(name.c_str(), value.c_str(), 1);
    }

    static std::string xml(const data::Value& value) {
        std::string text;
        if (value.is_list()) {
            for (const data::Value& item : *value.as_list()) {
                text += "<member>" + xml(item) + "</member>";
            }
        } else if (value.is_map()) {
            for (const data::Entry& entry : *value.as_map()) {
                text += fmt::format("<{0}>{1}</{0}>", entry.key, xml(entry.value));
            }
        } else {
            text = aws_client::xml_escape(data::text_of(value));
        }
        return text;
    }

    struct Asked {
        std::string operation;
        std::string members;
        enum class Protocol : std::uint8_t { query, json, s3 } protocol = Protocol::json;
    };

    static Asked read(const WireRequest& request) {
        Asked asked;
        constexpr std::string_view target = "X-Amz-Target: ";
        if (const auto at = request.head.find(target); at != std::string::npos) {
            const std::string line = request.head.substr(at, request.head.find('\r', at) - at);
            asked.operation = line.substr(line.rfind('.') + 1);
            asked.members = request.body;
        } else if (request.body.starts_with("Action=")) {
            asked.protocol = Asked::Protocol::query;
            for (const std::string_view pair : base::split(request.body, '&')) {
                const std::string text = base::percent_decode(pair, true);
                if (text.starts_with("Action=")) {
                    asked.operation = text.substr(7);
                } else if (!text.starts_with("Version=")) {
                    asked.members += (asked.members.empty() ? "" : " ") + text;
                }
            }
        } else {
            asked.operation = request.method() + " " + request.target();
            asked.members = request.body;
            if (request.head.find("/s3/aws4_request") != std::string::npos) {
                asked.protocol = Asked::Protocol::s3;
            }
        }
        return asked;
    }

    static std::string body_of(const AwsAnswer& answer, const Asked& asked) {
        if (answer.raw) {
            return answer.members;
        }
        const data::Value value = data::read_yaml(answer.members, "answer").value();
        const std::string& name = asked.operation;
        if (asked.protocol == Asked::Protocol::json) {
            return answer.status < 400 ? data::write_json(value)
                                       : data::write_json(data::Map{
                                             {"__type", data::text_of(value, "Code")},
                                             {"message", data::text_of(value, "Message")}});
        }
        if (answer.status >= 400) {
            return asked.protocol == Asked::Protocol::query
                       ? "<ErrorResponse><Error>" + xml(value) + "</Error></ErrorResponse>"
                       : "<Error>" + xml(value) + "</Error>";
        }
        return asked.protocol == Asked::Protocol::query
                   ? fmt::format(
                         "<{0}Response><{0}Result>{1}</{0}Result></{0}Response>", name, xml(value))
                   : "<Result>" + xml(value) + "</Result>";
    }

    void serve(WireConnection& connection) {
        while (const auto request = connection.read()) {
            const Asked asked = read(*request);
            AwsAnswer answer = aws_error("NoSuchOperation", asked.operation);
            {
                const std::lock_guard lock(mutex_);
                calls_.push_back(
                    asked.operation + (asked.members.empty() ? "" : " " + asked.members));
                if (const auto found = answers_.find(asked.operation);
                    found != answers_.end() && !found->second.empty()) {
                    answer = found->second.front();
                    if (found->second.size() > 1) {
                        found->second.pop_front();
                    }
                }
            }
            if (request->method() == "HEAD") {
                connection.write(fmt::format(
                    "HTTP/1.1 {} x\r\nContent-Length: 0\r\n{}\r\n", answer.status, answer.headers));
                continue;
            }
            const bool json = asked.protocol == Asked::Protocol::json;
            const std::string body = body_of(answer, asked);
            std::string headers = answer.headers;
            headers += json ? "Content-Type: application/json\r\n" : "Content-Type: text/xml\r\n";
            if (json && answer.status >= 400) {
                headers +=
                    "x-amzn-ErrorType: " +
                    data::text_of(data::read_yaml(answer.members, "answer").value(), "Code") +
                    "\r\n";
            }
            connection.answer(answer.status, body, headers);
        }
    }

    os::TempDir home_ = os::TempDir::create("aws-stub").value();
    mutable std::mutex mutex_;
    std::map<std::string, std::deque<AwsAnswer>> answers_;
    std::vector<std::string> calls_;
    std::map<std::string, std::optional<std::string>> saved_;
    WireServer server_{[this](WireConnection& connection) { serve(connection); }};
};

} // namespace samara::test
