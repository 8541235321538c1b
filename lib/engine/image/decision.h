#pragma once

#include <cstdint>

/// When an added image is built and when its base is fetched: the rule, without anything that does
/// it.
namespace samara::engine::image {

/// `classic` is the AWS SAM CLI's rule to the letter. `content` builds again whenever what is in
/// the added image is not what it should be, and only then.
enum class CheckMode : std::uint8_t { content, classic };

/// What the registry says of the base, compared with the one that is here.
enum class Registry : std::uint8_t { not_asked, same, different, unreachable };

/// What differs from what the labels of the added image tell.
enum class Change : std::uint8_t { none, base, emulator, layers, unlabelled };

struct Facts {
    CheckMode mode = CheckMode::content;
    bool image_function = false; ///< PackageType: Image
    bool skip_pull = false;      ///< --skip-pull-image
    bool force_build = false;    ///< --force-image-build
    bool template_layer = false; ///< a layer that the template defines is among the layers
    bool base_here = false;
    bool added_here = false;
    Registry registry = Registry::not_asked;
    Change change = Change::none;
};

enum class Reason : std::uint8_t {
    as_it_is,       ///< nothing was asked and nothing is to be done
    up_to_date,     ///< the registry's base is the one here
    unreachable,    ///< the registry does not answer; what is here is used
    missing,        ///< there is no added image yet
    forced,         ///< --force-image-build
    newer_base,     ///< the registry has another base
    template_layer, ///< classic: built each time
    no_runtime,     ///< classic: Image functions are built each time
    changed,        ///< content: see Facts::change
};

struct Decision {
    bool pull = false; ///< fetch the base; that failing is an error only when it is not here
    bool build = false;
    Reason reason = Reason::as_it_is;

    friend bool operator==(const Decision&, const Decision&) = default;
};

/// Whether the registry's digest belongs to the facts.
bool asks_registry(const Facts& facts);

Decision decide(const Facts& facts);

} // namespace samara::engine::image
