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
    samara_unity(${target} ${arg_SOURCES})
endfunction()

# samara_unity(TARGET <file>...): compiles the sources in a few units, in release builds. A header that ten
# of them include is then read once. unity_groups.py decides which go together.
function(samara_unity target)
    if(NOT SAMARA_UNITY)
        return()
    endif()
    find_package(Python3 REQUIRED COMPONENTS Interpreter)
    list(TRANSFORM ARGN REPLACE "^([^/].*)$" "${CMAKE_CURRENT_SOURCE_DIR}/\\1")
    set(script "${CMAKE_SOURCE_DIR}/scripts/cmake/unity_groups.py")
    execute_process(COMMAND "${Python3_EXECUTABLE}" "${script}" 4000 ${ARGN}
        OUTPUT_VARIABLE rows OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "\n" ";" rows "${rows}")
    foreach(row IN LISTS rows)
        string(REGEX MATCH "^([0-9]+) (.*)$" parts "${row}")
        set_source_files_properties("${CMAKE_MATCH_2}" PROPERTIES UNITY_GROUP "${CMAKE_MATCH_1}")
    endforeach()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
    # Names that meet only after an edit have to be seen.
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${script}" ${ARGN})
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
    # What is tested is optimised as released; the cases themselves are only compiled sooner.
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
    samara_use_pch(${target})
    gtest_discover_tests(${target} TEST_PREFIX "${module}." DISCOVERY_TIMEOUT 60
        PROPERTIES TIMEOUT 120 LABELS unit)
endfunction()
