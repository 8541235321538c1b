#pragma once

#include "intrinsics/resolver.h"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The functions themselves; private to intrinsics/.
namespace samara::intrinsics {

class Resolver::Evaluator {
public:
    Evaluator(
        const model::Sections& sections,
        std::map<std::string, data::Value> parameters,
        PseudoParameters pseudo);

    /// Nothing stands for AWS::NoValue, and for a call that cannot be evaluated.
    std::optional<data::Value> evaluate(const data::Value& value);

    /// As evaluate, of a value that no other call is waiting for.
    std::optional<data::Value> evaluate_outermost(const data::Value& value, Unknown unknown);

    bool condition(const std::string& name, const base::Location& where);

    /// Nothing (an error) when it cannot be evaluated.
    std::optional<bool> known_condition(const std::string& name, const base::Location& where);

    /// Where diagnostics go while it lives; the outputs of a nested stack are evaluated in between.
    class Reporting {
    public:
        Reporting(Evaluator& evaluator, base::Diagnostics& diagnostics)
            : evaluator_(evaluator), former_(std::exchange(evaluator.diagnostics_, &diagnostics)) {}

        Reporting(const Reporting&) = delete;
        Reporting& operator=(const Reporting&) = delete;
        Reporting(Reporting&&) = delete;
        Reporting& operator=(Reporting&&) = delete;

        ~Reporting() { evaluator_.diagnostics_ = former_; }

    private:
        Evaluator& evaluator_;
        base::Diagnostics* former_;
    };

    void set_stack_outputs(StackOutputs outputs) { stack_outputs_ = std::move(outputs); }

    void set_function_urls(std::map<std::string, std::string> urls) {
        function_urls_ = std::move(urls);
    }

private:
    using Function = std::optional<data::Value> (Evaluator::*)(const data::Value& argument);

    struct Row {
        std::string_view name;
        Function function;
    };

    static const Row* find_function(const data::Value& value);
    std::optional<data::Value> call(const Row& function, const data::Value& value);

    // references.cpp
    std::optional<data::Value> ref(const data::Value& argument);
    std::optional<data::Value> get_att(const data::Value& argument);
    std::optional<data::Value> sub(const data::Value& argument);
    std::optional<data::Value> import_value(const data::Value& argument);
    std::optional<data::Value> find_in_map(const data::Value& argument);
    std::optional<data::Value> transform(const data::Value& argument);
    std::optional<data::Value> reference(const std::string& name, const base::Location& where);
    std::optional<data::Value>
    attribute(std::string_view resource, std::string_view name, const base::Location& where);
    std::string physical_name(std::string_view logical_id, const data::Value& resource);
    std::string
    expand(std::string_view pattern, std::string_view logical_id, const data::Value& resource);
    std::optional<std::string> pseudo(std::string_view name) const;

    // text_functions.cpp
    std::optional<data::Value> join(const data::Value& argument);
    std::optional<data::Value> split(const data::Value& argument);
    std::optional<data::Value> base64(const data::Value& argument);
    std::optional<data::Value> to_json_string(const data::Value& argument);

    // list_functions.cpp
    std::optional<data::Value> select(const data::Value& argument);
    std::optional<data::Value> get_azs(const data::Value& argument);
    std::optional<data::Value> cidr(const data::Value& argument);
    std::optional<data::Value> length(const data::Value& argument);

    // condition_functions.cpp
    std::optional<data::Value> if_(const data::Value& argument);
    std::optional<data::Value> equals(const data::Value& argument);
    std::optional<data::Value> and_(const data::Value& argument);
    std::optional<data::Value> or_(const data::Value& argument);
    std::optional<data::Value> not_(const data::Value& argument);
    std::optional<data::Value> condition_reference(const data::Value& argument);
    std::optional<data::Value> branch(const data::Value& value);
    std::optional<std::vector<bool>>
    operands(const data::Value& argument, std::string_view function);

    /// The evaluated items of a list argument of the given length, or an error that shows `usage`.
    std::optional<data::List> arguments(
        const data::Value& argument, std::size_t least, std::size_t most, std::string_view usage);

    /// Reports an error, unless it was reported before, and gives null.
    data::Value error(std::string message, std::string hint, const base::Location& where);
    void warning(std::string message, std::string hint, const base::Location& where);

    model::Sections sections_; // pointers into the document
    std::map<std::string, data::Value> parameters_;
    PseudoParameters pseudo_;
    StackOutputs stack_outputs_;
    std::map<std::string, std::string> function_urls_;
    base::Diagnostics* diagnostics_ = nullptr;
    Unknown unknown_ = Unknown::left_out;
    std::size_t calls_ = 0;    // that are open
    std::size_t failures_ = 0; // errors so far, reported or not
    std::set<std::string> reported_;
    std::map<std::string, bool> known_conditions_;
    std::set<std::string> unknown_conditions_;
    std::set<std::string> open_conditions_;
};

} // namespace samara::intrinsics
