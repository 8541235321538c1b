#include "vtl/input.h"

#include "base/strings.h"
#include "data/read.h"
#include "data/write.h"
#include "vtl/json_path.h"

namespace samara::vtl {

namespace {

Map* map_of(const TextPairs& pairs, Work& work) {
    Map* map = work.map();
    for (const auto& [name, value] : pairs) {
        work.put(*map, name, work.text(value));
    }
    return map;
}

const std::string* last_of(const TextPairs& pairs, const std::string& name, bool fold) {
    const std::string* found = nullptr;
    for (const auto& [known, value] : pairs) {
        if (fold ? base::to_lower(known) == base::to_lower(name) : known == name) {
            found = &value;
        }
    }
    return found;
}

} // namespace

/// Without a payload it is {}; a payload that is no JSON is a text.
const data::Value& Input::document() {
    if (!document_) {
        base::Diagnostics ignored; // of a key that occurs twice the last one counts, as in Java
        if (base::trim(body_).empty()) {
            document_ = data::Map{};
        } else if (auto parsed = data::read_json(body_, "payload", {}, &ignored)) {
            document_ = std::move(*parsed);
        } else {
            document_ = body_;
        }
    }
    return *document_;
}

Value Input::property(std::string_view name, Work& work) {
    return name == "body" ? work.text(body_) : Value();
}

/// What a path does not find is an empty text, also as JSON.
Value Input::json(const std::string& path, Work& work) {
    const auto parsed = JsonPath::parse(path);
    if (!parsed) {
        work.fail(parsed.error().message);
        return {};
    }
    const auto selection = parsed->select(document());
    if (!selection) {
        work.fail(selection.error().message);
        return {};
    }
    return work.text(selection->found ? data::write_json(selection->value) : "\"\"");
}

Value Input::selected(const std::string& path, Work& work) {
    const auto parsed = JsonPath::parse(path);
    const auto selection = parsed
                               ? parsed->select(document())
                               : base::Result<JsonPath::Selection>(tl::unexpected(parsed.error()));
    if (!selection) {
        work.fail(selection.error().message);
        return {};
    }
    return selection->found ? from_data(selection->value, work) : Value();
}

/// Looked for in the path, the query string and the headers, in this order.
Value Input::parameter(const std::string& name, Work& work) const {
    for (const auto& [pairs, fold] :
         {std::pair(&path_, false), std::pair(&query_, false), std::pair(&headers_, true)}) {
        if (const std::string* value = last_of(*pairs, name, fold)) {
            return work.text(*value);
        }
    }
    return work.text({});
}

Value Input::parameters(Work& work) {
    if (parameters_ == nullptr) {
        parameters_ = work.map();
        work.put(*parameters_, "path", map_of(path_, work));
        work.put(*parameters_, "querystring", map_of(query_, work));
        work.put(*parameters_, "header", map_of(headers_, work));
    }
    return parameters_;
}

Value Input::call(std::string_view method, const Values& arguments, Work& work) {
    if (method == "params" && arguments.empty()) {
        return parameters(work);
    }
    if (arguments.size() != 1) {
        return {};
    }
    const std::string argument = text_of(arguments[0], work);
    work.step(1 + body_.size() / 64);
    if (method == "params") {
        return parameter(argument, work);
    }
    if (method == "json") {
        return json(argument, work);
    }
    if (method == "path") {
        return selected(argument, work);
    }
    return {};
}

} // namespace samara::vtl
