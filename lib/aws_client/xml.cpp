#include "aws_client/xml.h"

#include <algorithm>
#include <pugixml.hpp>
#include <utility>

#include <fmt/format.h>

// The one source that includes pugixml.
namespace samara::aws_client {

namespace {

// Answers of AWS are flat: what is deeper is no answer.
constexpr int deepest = 64;

bool is_element(const pugi::xml_node& node) {
    return node.type() == pugi::node_element;
}

std::string text_of_element(const pugi::xml_node& element) {
    std::string text;
    for (const pugi::xml_node& child : element.children()) {
        text += child.value(); // of character data and CDATA
    }
    return text;
}

data::Value value_of(const pugi::xml_node& element, int depth);

data::List members_of(const pugi::xml_node& element, int depth) {
    data::List list;
    for (const pugi::xml_node& child : element.children()) {
        if (is_element(child)) {
            list.push_back(value_of(child, depth + 1));
        }
    }
    return list;
}

data::Value value_of(const pugi::xml_node& element, int depth) {
    const auto children = element.children();
    const auto first = std::find_if(children.begin(), children.end(), is_element);
    if (first == children.end() || depth > deepest) {
        return text_of_element(element);
    }
    if (std::string_view(first->name()) == "member") {
        return members_of(element, depth);
    }
    data::Map map;
    for (const pugi::xml_node& child : children) {
        if (!is_element(child)) {
            continue;
        }
        data::Value value = value_of(child, depth + 1);
        data::Value* there = map.find(child.name());
        if (there == nullptr) {
            map.set(child.name(), std::move(value));
        } else if (data::List* list = there->as_list()) {
            list->push_back(std::move(value));
        } else {
            data::List several;
            several.push_back(std::move(*there));
            several.push_back(std::move(value));
            *there = std::move(several);
        }
    }
    return map;
}

} // namespace

base::Result<data::Value> read_xml(std::string_view text) {
    pugi::xml_document document;
    // Blanks count: an output's value may be one.
    const auto read = document.load_buffer(
        text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single);
    if (!read || !document.document_element()) {
        return base::fail(fmt::format(
            "the answer is no XML: {}", read ? "there is no element" : read.description()));
    }
    return value_of(document.document_element(), 0);
}

data::List list_of(const data::Value* map, std::string_view name) {
    const data::Value* value = map == nullptr ? nullptr : map->find(name);
    if (value == nullptr || (value->is_string() && value->text().empty())) {
        return {};
    }
    const data::List* list = value->as_list();
    return list != nullptr ? *list : data::List{*value};
}

std::string xml_escape(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
        case '&':
            escaped += "&amp;";
            break;
        case '<':
            escaped += "&lt;";
            break;
        case '>':
            escaped += "&gt;";
            break;
        default:
            escaped += c;
        }
    }
    return escaped;
}

} // namespace samara::aws_client
