#pragma once

#include "base/json_writer.h"
#include "console/recording.h"
#include "console/secrets.h"
#include "console/sources.h"

#include <string>
#include <string_view>
#include <vector>

/// What the page gets to see, as JSON. Private to console/.
namespace samara::console {

/// A line of the list.
void write_summary(base::JsonWriter& json, const Entry& entry, const Secrets& secrets);

/// All of a request. `secrets` knows the variables; what the request has itself is added here.
/// `invoke_options` are those of the command line that runs its function.
std::string write_details(const Entry& entry, Secrets secrets, std::string_view invoke_options);

void write_routes(base::JsonWriter& json, const std::vector<RouteLine>& routes);
void write_functions(base::JsonWriter& json, const std::vector<invoke::FunctionState>& functions);
void write_connections(base::JsonWriter& json, const std::vector<ConnectionLine>& connections);

/// A text as a word of a shell.
std::string shell_quoted(std::string_view text);

/// What the report of a call says of its memory, in MB; 0: nothing.
std::int64_t memory_used(std::string_view log);

} // namespace samara::console
