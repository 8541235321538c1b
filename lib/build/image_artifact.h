#pragma once

#include "build/artifact.h"
#include "build/image.h"

namespace samara::build {

/// Builds an image, unless the one of the former build is still there and was made of the same:
/// context, Dockerfile, options, and the images that it starts from.
base::Result<Made> make_image(const Run& run, ImageBuilder* images, const ImageJob& job);

} // namespace samara::build
