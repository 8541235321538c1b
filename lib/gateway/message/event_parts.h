#pragma once

#include "base/json_writer.h"
#include "gateway/route/call.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What events of several formats have in common. Private to gateway/.
namespace samara::gateway {

/// Headers or query parameters, which may have several values each.
using Multiple = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// Adds to the values of `name` (any case when `fold`), which keeps the spelling it came with
/// first.
void add(Multiple& pairs, std::string_view name, std::string value, bool fold);

/// The last value of each under `single`, all of them under `multiple`.
void write(
    base::JsonWriter& json,
    std::string_view single,
    std::string_view multiple,
    const Multiple& pairs);

void write_path_parameters(base::JsonWriter& json, const Call& call);
void write_stage_variables(base::JsonWriter& json, const Api& api);

/// The members of an identity that only callers with Amazon Cognito's credentials have.
void write_no_cognito(base::JsonWriter& json);

/// Whether an HTTP API hands the body over as text.
bool is_text_body(const Call& call);

} // namespace samara::gateway
