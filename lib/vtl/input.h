#pragma once

#include "vtl/work.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace samara::vtl {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// $input: the payload and the parameters of a request.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
class Input : public Host {
public:
    Input(std::string body, TextPairs path, TextPairs query, TextPairs headers)
        : body_(std::move(body)), path_(std::move(path)), query_(std::move(query)),
          headers_(std::move(headers)) {}

    Value property(std::string_view name, Work& work) override;
    Value call(std::string_view method, const Values& arguments, Work& work) override;

private:
    const data::Value& document();
    Value json(const std::string& path, Work& work);
    Value selected(const std::string& path, Work& work);
    Value parameter(const std::string& name, Work& work) const;
    Value parameters(Work& work);

    std::string body_;
    TextPairs path_;
    TextPairs query_;
    TextPairs headers_;
    std::optional<data::Value> document_;
    Map* parameters_ = nullptr;
};

} // namespace samara::vtl
