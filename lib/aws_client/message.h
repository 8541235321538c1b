#pragma once

#include "aws_client/call.h"
#include "aws_client/service_table.h"
#include "net/http_message.h"

#include <string>

/// Calls as HTTP requests and HTTP answers as replies, by the protocol of the service.
namespace samara::aws_client {

/// Method, target, headers (without Host) and body.
net::HttpRequest make_message(const Service& service, const OperationRow& row, const Call& call);

/// The answer's members.
AwsResult<data::Value> read_answer(
    const Service& service, const OperationRow& row, const Call& call, const std::string& body);

struct ServiceFault {
    std::string code;
    std::string message;
    std::string region; ///< where S3 says that a bucket is; may be empty
};

/// What an answer with an error status says.
ServiceFault read_fault(const Service& service, const net::ClientResponse& answer);

/// Parameters of a form as Query services read them: "Tags.member.1.Key=a".
std::string query_form(std::string_view action, std::string_view version, const data::Map& input);

} // namespace samara::aws_client
