#pragma once

#include "base/error.h"
#include "console/recording.h"
#include "console/secrets.h"

#include <string_view>

namespace samara::console {

/// A request that is to be sent again, as the page has edited it:
///     {"method": "POST", "target": "/x?a=1", "headers": [["Name", "value"]], "body": "text"}
/// What is left out is as it was. What the page was shown as hidden and sends back unchanged (a
/// header, a parameter of the query, the path, the body) stands for what is kept; anything else is
/// taken as it is written. Fails with what is wrong with it.
base::Result<net::HttpRequest>
edited_request(const Entry& entry, Secrets secrets, std::string_view edit);

/// The request as it was; fails when its body was too large to keep.
base::Result<net::HttpRequest> same_request(const Entry& entry);

} // namespace samara::console
