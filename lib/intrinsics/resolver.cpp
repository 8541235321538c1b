#include "intrinsics/resolver.h"

#include "aws/partition.h"
#include "intrinsics/evaluator.h"

namespace samara::intrinsics {

PseudoParameters pseudo_parameters(std::string region) {
    PseudoParameters pseudo;
    pseudo.partition = aws::partition_of(region);
    pseudo.region = std::move(region);
    return pseudo;
}

Resolver::Resolver(
    const model::Sections& sections,
    std::map<std::string, data::Value> parameters,
    PseudoParameters pseudo)
    : evaluator_(std::make_unique<Evaluator>(sections, std::move(parameters), std::move(pseudo))) {}

Resolver::Resolver(Resolver&&) noexcept = default;
Resolver& Resolver::operator=(Resolver&&) noexcept = default;
Resolver::~Resolver() = default;

void Resolver::set_function_urls(std::map<std::string, std::string> urls) {
    evaluator_->set_function_urls(std::move(urls));
}

void Resolver::set_stack_outputs(StackOutputs outputs) {
    evaluator_->set_stack_outputs(std::move(outputs));
}

data::Value
Resolver::resolve(const data::Value& value, base::Diagnostics& diagnostics, Unknown unknown) {
    const Evaluator::Reporting reporting(*evaluator_, diagnostics);
    return evaluator_->evaluate_outermost(value, unknown).value_or(data::Value());
}

bool Resolver::condition(
    const std::string& name, const base::Location& where, base::Diagnostics& diagnostics) {
    const Evaluator::Reporting reporting(*evaluator_, diagnostics);
    return evaluator_->condition(name, where);
}

bool Resolver::exists(const data::Value& resource, base::Diagnostics& diagnostics) {
    const data::Value* name = resource.find("Condition");
    if (name == nullptr || !name->is_string()) {
        return true;
    }
    const Evaluator::Reporting reporting(*evaluator_, diagnostics);
    return evaluator_->known_condition(*name->as_string(), name->where()).value_or(true);
}

} // namespace samara::intrinsics
