#pragma once

#include "data/value.h"

namespace samara::transform {

struct FunctionEvent;

/// What the role of a function needs to read from brokers and clusters: their secrets, keys,
/// networks and schema registries, from SourceAccessConfigurations and its neighbours. Each adds to
/// the event's policies; false after an error.
bool grant_managed_kafka(FunctionEvent& event);
bool grant_self_managed_kafka(FunctionEvent& event);
bool grant_broker(FunctionEvent& event);
bool grant_document_db(FunctionEvent& event);

/// What SchemaRegistryConfig asks for is added to the statements; false after an error.
bool grant_schema_registry(const FunctionEvent& event, data::List& statements);

/// A statement of a policy that allows the actions.
data::Map statement(data::Value actions, data::Value resource);

/// A statement that allows to read the secret.
data::Map read_secret(const data::Value& uri);

} // namespace samara::transform
