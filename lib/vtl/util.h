#pragma once

#include "vtl/work.h"

namespace samara::vtl {

/// $util: escapeJavaScript, parseJson, urlEncode, urlDecode, base64Encode, base64Decode.
/// docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html#util-template-reference
class Util : public Host {
public:
    Value property(std::string_view name, Work& work) override;
    Value call(std::string_view method, const Values& arguments, Work& work) override;
};

} // namespace samara::vtl
