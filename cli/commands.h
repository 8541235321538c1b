#pragma once

#include "command.h"

/// One function a command; each in the file of its name.
namespace samara::cli {

int build(Console& console, const Arguments& arguments);
int complete(Console& console, const Arguments& arguments);
int deploy(Console& console, const Arguments& arguments);
int delete_stack(Console& console, const Arguments& arguments);
int docs(Console& console, const Arguments& arguments);
int doctor(Console& console, const Arguments& arguments);
int generate_event(Console& console, const Arguments& arguments);
int init(Console& console, const Arguments& arguments);
int list_endpoints(Console& console, const Arguments& arguments);
int list_resources(Console& console, const Arguments& arguments);
int list_stack_outputs(Console& console, const Arguments& arguments);
int local_sdk(Console& console, const Arguments& arguments);
int local_token(Console& console, const Arguments& arguments);
int local_invoke(Console& console, const Arguments& arguments);
int logs(Console& console, const Arguments& arguments);
int start_api(Console& console, const Arguments& arguments);
int start_lambda(Console& console, const Arguments& arguments);
int package(Console& console, const Arguments& arguments);
int transform(Console& console, const Arguments& arguments);
int validate(Console& console, const Arguments& arguments);

} // namespace samara::cli
