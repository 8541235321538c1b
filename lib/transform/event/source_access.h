#pragma once

namespace samara::transform {

struct FunctionEvent;

/// What the role of a function needs to read from brokers and clusters: their secrets, keys,
/// networks and schema registries, from SourceAccessConfigurations and its neighbours. Each adds to
/// the event's policies; false after an error.
bool grant_managed_kafka(FunctionEvent& event);
bool grant_self_managed_kafka(FunctionEvent& event);
bool grant_broker(FunctionEvent& event);
bool grant_document_db(FunctionEvent& event);

} // namespace samara::transform
