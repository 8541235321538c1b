# samara_module(NAME SOURCES <file>... [PUBLIC <target>...] [PRIVATE <target>...])
#
# One static library samara_<NAME> for the folder lib/<NAME>. Modules include each other as
# "<module>/<header>.h"; PUBLIC are the targets whose headers appear in this module's headers.
function(samara_module name)
    cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    set(target samara_${name})
    add_library(${target} STATIC ${arg_SOURCES})
    target_include_directories(${target} PUBLIC "${CMAKE_SOURCE_DIR}/lib")
    target_link_libraries(${target} PUBLIC tl::expected samara_fmt ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} samara_options)
    samara_use_pch(${target})
endfunction()

# The standard headers that nearly every source includes, compiled once and reused by all targets.
function(samara_use_pch target)
    if(NOT SAMARA_PCH)
        return()
    endif()
    if(NOT TARGET samara_pch)
        file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/samara_pch.cpp" CONTENT "" @ONLY)
        add_library(samara_pch STATIC "${CMAKE_BINARY_DIR}/samara_pch.cpp")
        target_link_libraries(samara_pch PRIVATE tl::expected samara_fmt samara_options)
        target_precompile_headers(samara_pch PRIVATE
            <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory> <mutex>
            <optional> <set> <span> <string> <string_view> <tl/expected.hpp> <unordered_map> <utility>
            <variant> <vector> <fmt/format.h>)
    endif()
    target_precompile_headers(${target} REUSE_FROM samara_pch)
endfunction()

# samara_test(MODULE SOURCES <file>... [LIBRARIES <target>...]): one GoogleTest program, test cases
# registered with ctest one by one.
function(samara_test module)
    cmake_parse_arguments(arg "" "" "SOURCES;LIBRARIES" ${ARGN})
    set(target test_${module})
    set(support "${CMAKE_SOURCE_DIR}/tests/support")
    add_executable(${target} ${arg_SOURCES} "${support}/broken_pipes.cpp" "${support}/source_tree.cpp")
    target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
    set_source_files_properties("${support}/source_tree.cpp" PROPERTIES
        COMPILE_DEFINITIONS SAMARA_SOURCE_DIR="${CMAKE_SOURCE_DIR}" SKIP_PRECOMPILE_HEADERS ON)
    target_link_libraries(${target} PRIVATE ${arg_LIBRARIES} GTest::gmock GTest::gtest_main samara_options)
    samara_use_pch(${target})
    gtest_discover_tests(${target} TEST_PREFIX "${module}." DISCOVERY_TIMEOUT 60
        PROPERTIES TIMEOUT 120 LABELS unit)
endfunction()
