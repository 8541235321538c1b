#pragma once

#include "base/error.h"
#include "data/value.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Reading the properties of one resource, after its intrinsics were resolved, into C++ values.
namespace samara::model {

/// A view of one resource that collects what is wrong with it. Readers return a default after an
/// error, so that one pass finds every mistake.
class Properties {
public:
    /// `resource` is the whole resource (Type, Properties, Metadata) and must outlive this.
    Properties(std::string logical_id, const data::Value& resource);

    [[nodiscard]] const std::string& logical_id() const { return logical_id_; }

    [[nodiscard]] const data::Value& resource() const { return resource_; }

    /// The property, or nullptr when it is absent or null.
    [[nodiscard]] const data::Value* find(std::string_view name) const;

    /// The text of a scalar (a number or boolean is taken as it is written), or empty.
    std::string text(std::string_view name);
    std::optional<std::uint32_t> number(std::string_view name);
    std::vector<std::string> texts(std::string_view name);
    /// What is no text is empty, after an error.
    std::map<std::string, std::string> text_map(std::string_view name);

    /// A view of the nested map `name`, whose errors count as this one's; empty when absent.
    Properties nested(std::string_view name);

    void error(
        const data::Value& at,
        std::string_view property,
        std::string message,
        std::string hint = {});
    void missing(std::string_view property, std::string hint);

    /// The first error collected, if any.
    [[nodiscard]] const base::Diagnostics& errors() const { return *errors_; }

private:
    Properties(const Properties& outer, std::string_view name, const data::Value& map);
    void wrong_kind(const data::Value& value, std::string_view property, std::string_view wanted);
    void wrong(
        const data::Value& value,
        std::string_view property,
        std::string_view wanted,
        std::string_view found);

    std::string logical_id_;
    std::string prefix_;
    const data::Value& resource_;
    const data::Value* map_ = nullptr;
    std::shared_ptr<base::Diagnostics> errors_;
};

} // namespace samara::model
