#pragma once

#include "base/error.h"
#include "data/value.h"

#include <string>
#include <string_view>
#include <vector>

/// Which part of a template an error is about. Private to app/.
namespace samara::app {

/// Of maps, from the top, as far as the first list.
using Keys = std::vector<std::string>;

/// Of what `error` is about: by the names that it gives, as far as they lead to something; else,
/// and where that says more, by its place. Empty when it names no part of the document.
Keys locate(const data::Value& document, const base::Error& error);

/// The resource of the document that `error` is about: AWS names resources that it generates.
/// Empty when it names none.
std::string owner_of(const data::Value& document, const base::Error& error);

/// "Function.Events.Get is left out".
std::string left_out(const Keys& keys);

} // namespace samara::app
