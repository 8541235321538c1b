// The table of tests/golden/gateway/compression.json.

#include "data/write.h"
#include "unit/gateway/golden_table.h"
#include "unit/gateway/integration_fixture.h"

#include <zlib.h>

namespace samara::gateway {
namespace {

using testing::HasSubstr;

constexpr int gzip_window = 31;
constexpr int zlib_window = 15;
constexpr int raw_window = -15;

// NOLINTBEGIN(*-reinterpret-cast,*-const-cast): zlib's types
std::string packed(const std::string& bytes, int window) {
    z_stream stream{};
    EXPECT_EQ(::deflateInit2(&stream, 1, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(::deflateBound(&stream, bytes.size()), '\0');
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    ::deflateEnd(&stream);
    return out;
}

std::string unpacked(const std::string& bytes, int window, std::size_t size) {
    z_stream stream{};
    EXPECT_EQ(::inflateInit2(&stream, window), Z_OK);
    std::string out(size + 1, '\0');
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(stream.total_out);
    ::inflateEnd(&stream);
    return out;
}

// NOLINTEND(*-reinterpret-cast,*-const-cast)

/// As a row of the table has it.
std::string packed_as(const std::string& how, const std::string& body) {
    const std::string gzip = packed(body, gzip_window);
    return how == "gzip"            ? gzip
           : how == "gzip twice"    ? gzip + gzip
           : how == "gzip and more" ? gzip + "more"
           : how == "half"          ? gzip.substr(0, gzip.size() / 2)
           : how == "zlib"          ? packed(body, zlib_window)
           : how == "raw"           ? packed(body, raw_window)
                                    : body;
}

class CompressionTest : public IntegrationTest {
protected:
    /// ANY / of a REST API.
    void serve_api(const data::Value& row, std::string_view type, bool streams = false) {
        data::Map properties;
        if (const data::Value* minimum = row.find("minimum")) {
            properties.set("MinimumCompressionSize", *minimum);
        }
        if (const data::Value* binary = row.find("binary")) {
            properties.set("BinaryMediaTypes", *binary);
        }
        auto body = data::read_yaml(
            fmt::format(
                "paths: {{/: {{x-amazon-apigateway-any-method: "
                "{{x-amazon-apigateway-integration: {{type: {}{}, responses: "
                "{{default: {{statusCode: '200'}}}}, uri: "
                "'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/Fn/"
                "invocations'}}}}}}}}",
                type,
                streams ? ", responseTransferMode: STREAM" : ""),
            "body");
        ASSERT_TRUE(body);
        data::Map definition = *body->as_map();
        if (const data::Value* extension = row.find("extension")) {
            definition.set("x-amazon-apigateway-minimum-compression-size", *extension);
        }
        properties.set("Body", data::Value(std::move(definition)));
        data::Map api;
        api.set("Type", data::Value("AWS::ApiGateway::RestApi"));
        api.set("Properties", data::Value(std::move(properties)));
        data::Map function;
        function.set("Type", data::Value("AWS::Lambda::Function"));
        data::Map resources;
        resources.set("Fn", data::Value(std::move(function)));
        resources.set("Api", data::Value(std::move(api)));
        const data::Value all(std::move(resources));
        diagnostics_.clear();
        read_apis(all, {}, diagnostics_);
        serve_resources(all);
    }

    void check_answer(const data::Value& row) {
        const bool streams = row.find("streams") != nullptr;
        serve_api(row, "aws_proxy", streams);
        EXPECT_EQ(
            diagnostics_.size(),
            static_cast<std::size_t>(member(row, "diagnostics").as_integer() ? 1 : 0));
        const std::string encoded = data::text_of(row, "base64");
        const std::int64_t size = data::integer_of(row.find("size")).value_or(0);
        const std::string body =
            encoded.empty() ? std::string(static_cast<std::size_t>(size), 'x') : encoded;
        const std::string plain = encoded.empty() ? body : *base::base64_decode(encoded);
        data::Map result;
        result.set("statusCode", row.find("status") ? *row.find("status") : data::Value("200"));
        result.set("body", data::Value(body));
        result.set("isBase64Encoded", data::Value(!encoded.empty()));
        if (const data::Value* headers = row.find("response_headers")) {
            result.set("headers", *headers);
        }
        reply(row.find("nonsense") != nullptr ? "[]" : data::write_json(data::Value(result)));
        if (streams) {
            reply(R"({"statusCode": 200})" + std::string(8, '\0') + body);
        }
        net::HttpRequest request{"GET", "/", {}, {}, {}};
        if (const std::string method = data::text_of(row, "method"); !method.empty()) {
            request.method = method;
        }
        if (const data::Value* accept = row.find("accept")) {
            request.headers.push_back({"Accept-Encoding", std::string(accept->text())});
        }
        if (const std::string media = data::text_of(row, "media"); !media.empty()) {
            request.headers.push_back({"Accept", media});
        }
        for (const bool on_loop : {false, true}) {
            const net::HttpResponse response = on_loop ? ask_on_loop(request) : ask(request);
            EXPECT_EQ(response.status, data::integer_of(row.find("status")).value_or(200));
            const std::string coding = data::text_of(row, "coding");
            const std::string keeps = data::text_of(row, "keeps");
            EXPECT_EQ(header(response, "Content-Encoding"), coding.empty() ? keeps : coding);
            if (row.find("nonsense") == nullptr) {
                EXPECT_EQ(
                    coding.empty() ? response.body
                                   : unpacked(
                                         response.body,
                                         coding == "gzip" ? gzip_window : zlib_window,
                                         plain.size()),
                    plain);
            }
        }
    }

    void check_request(const data::Value& row) {
        const std::string type = data::text_of(row, "type");
        serve_api(row, type.empty() ? "aws_proxy" : type);
        reply(type.empty() ? R"({"statusCode": 200})" : "{}");
        const data::Value* fill = row.find("fill");
        const std::string body =
            fill == nullptr ? data::text_of(row, "body")
                            : std::string(static_cast<std::size_t>(*fill->as_integer()), ' ');
        const std::string encoding = data::text_of(row, "encoding");
        net::HttpRequest request =
            post("application/json", packed_as(data::text_of(row, "packed"), body), "/");
        request.headers.push_back({"Content-Encoding", encoding});
        const auto status = data::integer_of(row.find("status")).value_or(200);
        const net::HttpResponse response = ask(request);
        EXPECT_EQ(response.status, status) << response.body;
        if (status != 200) {
            EXPECT_EQ(asked_.payload, "");
            EXPECT_EQ(
                response.body,
                status == 415 ? R"({"message":"Unsupported Media Type"})"
                              : R"({"message":"Request Too Long"})");
            return;
        }
        if (fill != nullptr) {
            EXPECT_GT(asked_.payload.size(), body.size());
            return;
        }
        const auto event = data::read_json(asked_.payload, "event");
        ASSERT_TRUE(event);
        if (const data::Value* whole = row.find("gets_event")) {
            EXPECT_EQ(*event, *whole);
            return;
        }
        EXPECT_EQ(member(*event, "body"), member(row, "gets"));
        EXPECT_EQ(data::text_of(member(*event, "headers"), "Content-Encoding"), encoding);
        EXPECT_EQ(member(*event, "isBase64Encoded"), data::Value(false));
    }

    base::Diagnostics diagnostics_;
};

TEST_F(CompressionTest, OfRestApis) {
    for (const data::Value& row : table("compression.json")) {
        SCOPED_TRACE(data::text_of(row, "name"));
        if (const data::Value* request = row.find("request")) {
            check_request(*request);
        } else {
            check_answer(row);
        }
    }
}

// A server behind the API would believe the header of a body that is not compressed any more.
TEST_F(CompressionTest, AServerGetsNoContentEncodingThatIsNotTrue) {
    net::HttpRequest seen;
    const auto backend = net::HttpServer::start({}, [&](const net::HttpRequest& request) {
        seen = request;
        return net::HttpResponse{200, {{"Content-Type", "text/plain"}}, std::string(100, 'x')};
    });
    ASSERT_TRUE(backend);
    const auto resources = data::read_yaml(
        fmt::format(
            "Api: {{Type: 'AWS::ApiGateway::RestApi', Properties: {{MinimumCompressionSize: 0, "
            "Body: {{paths: {{/: {{post: {{x-amazon-apigateway-integration: {{type: http_proxy, "
            "httpMethod: POST, uri: '{}/'}}}}}}}}}}}}}}",
            backend->address()),
        "template.yaml");
    ASSERT_TRUE(resources);
    serve_resources(*resources);
    net::HttpRequest request = post("text/plain", packed("hello", gzip_window), "/");
    request.headers.push_back({"Content-Encoding", "gzip"});
    request.headers.push_back({"Accept-Encoding", "gzip"});
    const net::HttpResponse response = ask(request);
    EXPECT_EQ(seen.body, "hello");
    EXPECT_EQ(net::find_header(seen.headers, "Content-Encoding"), nullptr);
    EXPECT_EQ(header(response, "Content-Encoding"), "gzip");
    EXPECT_EQ(unpacked(response.body, gzip_window, 100), std::string(100, 'x'));
}

} // namespace
} // namespace samara::gateway
