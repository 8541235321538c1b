#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// What API Gateway allows.
/// docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
namespace samara::aws::api_gateway {

inline constexpr std::size_t request_payload = std::size_t{10} * 1024 * 1024; ///< bytes

/// The most that MinimumCompressionSize may be.
/// docs.aws.amazon.com/apigateway/latest/api/API_RestApi.html#apigw-Type-RestApi-minimumCompressionSize
inline constexpr std::int64_t largest_compression_size = 10'485'760;

/// Bytes of the request line and of all header values.
inline constexpr std::size_t request_headers = 10'240;

/// Requests a second and at once, of an account in a region.
inline constexpr double account_rate = 10'000;
inline constexpr double account_burst = 5'000;

/// How long an integration may take: of a REST API, and the most of an HTTP API.
inline constexpr std::chrono::milliseconds rest_integration_timeout{29'000};
inline constexpr std::chrono::milliseconds http_integration_timeout{30'000};

/// Of a response that is streamed: how long all of it may take, how long nothing may come of it,
/// behind edge-optimized endpoints and all others, and where its metadata have to end.
/// docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html
/// docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
inline constexpr std::chrono::milliseconds stream_duration{900'000};
inline constexpr std::chrono::milliseconds stream_idle_timeout{300'000};
inline constexpr std::chrono::milliseconds edge_stream_idle_timeout{30'000};
inline constexpr std::size_t stream_metadata = std::size_t{16} * 1024;

/// How long a Lambda authorizer may take. A REST API waits for it as for an integration.
inline constexpr std::chrono::milliseconds rest_authorizer_timeout{29'000};
inline constexpr std::chrono::milliseconds http_authorizer_timeout{10'000};

/// The longest time that a verdict of an authorizer is kept.
inline constexpr std::chrono::seconds authorizer_result_ttl{3'600};

/// Of WebSocket APIs: bytes of a message and of a frame, how long a connection may be idle, and how
/// long it may last.
/// docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-execution-service-websocket-limits-table.html
inline constexpr std::size_t socket_message = std::size_t{128} * 1024;
inline constexpr std::size_t socket_frame = std::size_t{32} * 1024;
inline constexpr std::chrono::seconds socket_idle_timeout{600};
inline constexpr std::chrono::seconds socket_duration{7'200};

/// Bytes of an issuer's key set, and of the document that names it.
inline constexpr std::size_t key_document = 150'000;

} // namespace samara::aws::api_gateway
