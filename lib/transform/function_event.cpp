#include "transform/function_event.h"

#include "transform/intrinsics.h"

namespace samara::transform {

data::Value FunctionEvent::target_name() const {
    return make_ref(target_id);
}

data::Value FunctionEvent::target_arn() const {
    return target_is_alias ? make_ref(target_id) : make_get_att(target_id, "Arn");
}

void FunctionEvent::emit(
    std::string logical_id, std::string_view resource_type, data::Map resource) const {
    function.emit(std::move(logical_id), resource_type, std::move(resource), attributes);
}

} // namespace samara::transform
