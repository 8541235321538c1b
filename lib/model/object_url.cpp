#include "model/object_url.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace samara::model {

std::string object_url(const data::Value& location) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 2> spellings{
        {{"S3Bucket", "S3Key"}, {"Bucket", "Key"}}};
    for (const auto& [bucket_name, key_name] : spellings) {
        const data::Value* bucket = location.find(bucket_name);
        const data::Value* key = location.find(key_name);
        if (bucket != nullptr && key != nullptr) {
            return fmt::format("s3://{}/{}", data::scalar_text(*bucket), data::scalar_text(*key));
        }
    }
    return {};
}

} // namespace samara::model
