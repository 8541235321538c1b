#pragma once

#include "base/error.h"
#include "data/value.h"

#include <string>
#include <string_view>

/// The XML of Query services and of S3.
namespace samara::aws_client {

/// What the root element holds. An element with text alone is that text; elements that are all
/// called "member", or that occur several times under one name, are a list; else a map. An empty
/// element is an empty text: only who knows the shape can tell it from an empty list. Fails on what
/// is no XML.
base::Result<data::Value> read_xml(std::string_view text);

/// The list under `name`: one item that is no list is a list of it, an empty text or nothing an
/// empty list.
data::List list_of(const data::Value* map, std::string_view name);

/// Text between tags.
std::string xml_escape(std::string_view text);

} // namespace samara::aws_client
