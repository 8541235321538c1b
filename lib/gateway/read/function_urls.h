#pragma once

#include "base/error.h"
#include "data/value.h"
#include "gateway/route/model.h"

#include <vector>

namespace samara::gateway {

/// The URLs of functions (AWS::Lambda::Url), each as an API of its own, in the template's order.
/// `resources` as for read_apis.
/// docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
std::vector<Api> read_function_urls(const data::Value& resources, base::Diagnostics& diagnostics);

} // namespace samara::gateway
