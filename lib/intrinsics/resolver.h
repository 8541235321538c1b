#pragma once

#include "aws/account.h"
#include "aws/partition.h"
#include "base/error.h"
#include "data/value.h"
#include "model/sections.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Evaluates CloudFormation's intrinsic functions as far as that is possible without an account.
namespace samara::intrinsics {

/// What AWS::AccountId and its like stand for in a local run.
struct PseudoParameters {
    std::string account_id{aws::local_account};
    std::string region{aws::default_region};
    std::string partition = "aws";
    std::string stack_name = "local";
    std::string url_suffix = "localhost";

    /// Goes before the logical id where that stands for a resource's name: "Child-Grandchild-" in a
    /// nested stack, so that what two stacks call the same stays apart.
    std::string name_prefix;
};

/// The value of an output of a nested stack, by the logical id of the stack. Nothing when the stack
/// is not known; a warning or an error says so, or the caller's stand-in does.
using StackOutputs = std::function<std::optional<data::Value>(
    std::string_view stack, std::string_view output, base::Diagnostics& diagnostics)>;

/// The pseudo parameters of a region: its partition follows from the name.
PseudoParameters pseudo_parameters(std::string region);

/// What becomes of a call that cannot be evaluated for an error in it.
enum class Unknown : std::uint8_t {
    left_out,   ///< its member or item is not there, as with AWS::NoValue
    as_written, ///< it stays, a map where a value was wanted: for what must not pass for absent
};

/// Evaluates parts of one template. Not thread-safe; cheap to make. The
/// document behind `sections` must outlive it.
///
/// Results: Ref and Fn::GetAtt of a resource give what AWS would give with the resource's name (a
/// table, schemas/intrinsics). What cannot be known before a deployment gets a stand-in (the
/// logical id) and a warning with its place; what is wrong gets an error, and is treated as Unknown
/// says. Each is reported once, however often it is met.
class Resolver {
public:
    Resolver(
        const model::Sections& sections,
        std::map<std::string, data::Value> parameters,
        PseudoParameters pseudo);
    Resolver(const Resolver&) = delete;
    Resolver& operator=(const Resolver&) = delete;
    Resolver(Resolver&&) noexcept;
    Resolver& operator=(Resolver&&) noexcept;
    ~Resolver();

    /// What `Fn::GetAtt Stack.Outputs.Name` gives. It may use this resolver.
    void set_stack_outputs(StackOutputs outputs);

    /// What `Fn::GetAtt Url.FunctionUrl` gives, by the logical id of the URL, where it is served.
    void set_function_urls(std::map<std::string, std::string> urls);

    /// `value` with every intrinsic below it evaluated; AWS::NoValue removes its member or item.
    data::Value resolve(
        const data::Value& value,
        base::Diagnostics& diagnostics,
        Unknown unknown = Unknown::left_out);

    /// A condition of the template. One that cannot be evaluated is an error and false.
    bool
    condition(const std::string& name, const base::Location& where, base::Diagnostics& diagnostics);

    /// Whether a resource exists in this run: its Condition, if it has one, holds, or cannot be
    /// evaluated (an error).
    bool exists(const data::Value& resource, base::Diagnostics& diagnostics);

private:
    class Evaluator;
    std::unique_ptr<Evaluator> evaluator_;

    friend class Evaluator;
};

} // namespace samara::intrinsics
