#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

/// What every layer uses to say that something failed, and where.
namespace samara::base {

/// A place in a text file the user wrote. Lines and columns count from 1; line 0 means "the file as
/// a whole", no file means "nowhere in particular".
struct Location {
    std::shared_ptr<const std::string> file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    [[nodiscard]] bool known() const { return file != nullptr; }
};

/// "template.yaml:12:7", "template.yaml", or empty when the location is not known.
std::string to_string(const Location& location);

/// Decides the exit code of the program: `failure` is 1, `usage` is 2.
enum class ErrorKind : std::uint8_t { failure, usage };

/// One failure. Message and hint are sentences without a trailing full stop in the message.
struct Error {
    std::string message;
    std::string hint;     ///< what to do next; may be empty
    Location where;       ///< may be unknown
    std::string resource; ///< logical id it concerns; may be empty
    std::string event;    ///< event of that resource; may be empty
    std::string property; ///< property path inside the resource; may be empty
    ErrorKind kind = ErrorKind::failure;
};

/// "template.yaml:12:7: Resource.Event: message\n  hint"; parts that are empty, or a resource that
/// the message names, are left out.
std::string to_string(const Error& error);

enum class Severity : std::uint8_t { error, warning };

/// An Error or a warning of the same shape, for work that reports more than one.
struct Diagnostic {
    Severity severity = Severity::error;
    Error error;
};

using Diagnostics = std::vector<Diagnostic>;

/// Whether any of them is an error rather than a warning.
bool has_errors(const Diagnostics& diagnostics);

template <class T>
using Result = tl::expected<T, Error>;

/// `return fail("cannot open file", "check the path");`
tl::unexpected<Error> fail(std::string message, std::string hint = {}, Location where = {});
tl::unexpected<Error> fail(Error error);

} // namespace samara::base
