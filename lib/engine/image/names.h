#pragma once

#include "engine/engine.h"

#include <string>
#include <string_view>

/// How base images and added images (the same with the emulator and the layers) are called. The
/// names are part of what users rely on: they are those of the AWS SAM CLI.
namespace samara::engine::image {

struct Names {
    std::string base;
    std::string added;
};

/// "python3.12", "x86_64" -> "python:3.12-x86_64", as AWS tags its base images. Those that exist
/// for one architecture only have no suffix. https://gallery.ecr.aws/lambda
std::string runtime_tag(std::string_view runtime, std::string_view architecture);

Names names_of(const EnvironmentSpec& spec);

/// Whether a tag is one that earlier versions of the SAM CLI gave to added images
/// ("rapid-1.40.0", "rapid-1.40.0-x86_64"): those may go once there is a new one.
bool is_outdated_tag(std::string_view tag);

} // namespace samara::engine::image
