#include "engine/image/decision.h"

namespace samara::engine::image {

namespace {

bool may_pull(const Facts& facts) {
    return !facts.skip_pull && !facts.image_function;
}

// Why an added image that is here is built all the same.
Reason reason_to_rebuild(const Facts& facts) {
    if (facts.force_build) {
        return Reason::forced;
    }
    if (facts.registry == Registry::different) {
        return Reason::newer_base;
    }
    if (facts.mode == CheckMode::content) {
        return facts.change != Change::none ? Reason::changed : Reason::as_it_is;
    }
    if (facts.template_layer) {
        return Reason::template_layer;
    }
    return facts.image_function ? Reason::no_runtime : Reason::as_it_is;
}

Reason reason_to_keep(Registry registry) {
    switch (registry) {
    case Registry::same:
        return Reason::up_to_date;
    case Registry::unreachable:
        return Reason::unreachable;
    default:
        return Reason::as_it_is;
    }
}

} // namespace

bool asks_registry(const Facts& facts) {
    return facts.added_here && facts.base_here && may_pull(facts) && !facts.force_build;
}

Decision decide(const Facts& facts) {
    const bool must_pull = !facts.base_here;
    if (!facts.added_here) {
        return {.pull = must_pull || may_pull(facts), .build = true, .reason = Reason::missing};
    }
    if (must_pull && may_pull(facts) && !facts.force_build) {
        // Nothing here to compare with the registry's.
        return {.pull = true, .build = true, .reason = Reason::newer_base};
    }
    const Reason reason = reason_to_rebuild(facts);
    if (reason == Reason::as_it_is) {
        return {.reason = reason_to_keep(facts.registry)};
    }
    // The registry has just been asked whether its base is another one, unless the build is forced.
    const bool outdated = reason == Reason::forced || reason == Reason::newer_base;
    return {.pull = must_pull || (outdated && may_pull(facts)), .build = true, .reason = reason};
}

} // namespace samara::engine::image
