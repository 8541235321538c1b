#include "transform/event/function_event.h"

#include "transform/core/intrinsics.h"

#include <fmt/format.h>

namespace samara::transform {

data::Value FunctionEvent::target_name() const {
    return make_ref(target_id);
}

data::Value FunctionEvent::target_arn() const {
    return target_is_alias ? make_ref(target_id) : make_get_att(target_id, "Arn");
}

Properties FunctionEvent::generated_place() const {
    return properties.for_resource(prefix);
}

std::string FunctionEvent::permission_id(std::string_view suffix) const {
    return fmt::format("{}{}Permission", prefix, suffix);
}

void FunctionEvent::emit_permission(
    std::string_view principal, data::Map conditions, std::string_view suffix) const {
    data::Map permission{
        {"Action", "lambda:InvokeFunction"},
        {"FunctionName", target_name()},
        {"Principal", principal}};
    for (data::Entry& entry : conditions) {
        permission.set(std::move(entry));
    }
    emit(permission_id(suffix), "AWS::Lambda::Permission", std::move(permission));
}

void FunctionEvent::emit(
    std::string logical_id, std::string_view resource_type, data::Map resource) const {
    function.emit(std::move(logical_id), resource_type, std::move(resource), attributes);
}

} // namespace samara::transform
