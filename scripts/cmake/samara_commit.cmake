# Writes OUTPUT, a header with the commit of the sources in SOURCE, when it is another one than before: of git, else
# what SAMARA_COMMIT in the environment says, else "unknown".
cmake_minimum_required(VERSION 3.25)
if(DEFINED ENV{SAMARA_COMMIT})
    set(commit "$ENV{SAMARA_COMMIT}")
else()
    execute_process(COMMAND git -C "${SOURCE}" describe --always --dirty --abbrev=12 --exclude=*
        OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
    if(failed)
        set(commit "unknown")
    endif()
endif()
file(CONFIGURE OUTPUT "${OUTPUT}" @ONLY CONTENT "#pragma once

#include <string_view>

namespace samara::cli {

inline constexpr std::string_view commit = \"@commit@\";

} // namespace samara::cli
")
