# samara_embed(TARGET NAMESPACE <ns> FILES <file>... [BASE <dir>])
#
# Puts files into the program's read-only data, byte for byte, and generates the header
# "<TARGET>_files.h" with
#
#     namespace <ns> { std::optional<std::string_view> embedded(std::string_view name); 
#                      std::span<const EmbeddedFile> embedded_files(); }
#
# where a name is the file's path relative to BASE (default: the current source folder). Nothing is
# read or parsed at start-up; a page is loaded when it is first touched.
function(samara_embed target)
    cmake_parse_arguments(arg "" "NAMESPACE;BASE" "FILES" ${ARGN})
    if(NOT arg_BASE)
        set(arg_BASE "${CMAKE_CURRENT_SOURCE_DIR}")
    endif()
    set(folder "${CMAKE_CURRENT_BINARY_DIR}/${target}_embedded")
    set(assembly "    .section .rodata\n")
    set(declarations "")
    set(rows "")
    set(paths "")
    set(index 0)
    foreach(file IN LISTS arg_FILES)
        get_filename_component(path "${file}" ABSOLUTE BASE_DIR "${arg_BASE}")
        cmake_path(RELATIVE_PATH path BASE_DIRECTORY "${arg_BASE}" OUTPUT_VARIABLE name)
        set(symbol "samara_${target}_${index}")
        string(APPEND assembly
            "    .global ${symbol}\n    .global ${symbol}_end\n    .balign 16\n${symbol}:\n"
            "    .incbin \"${path}\"\n${symbol}_end:\n    .byte 0\n")
        string(APPEND declarations "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
        string(APPEND rows "        {\"${name}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
        list(APPEND paths "${path}")
        math(EXPR index "${index} + 1")
    endforeach()
    string(APPEND assembly "    .section .note.GNU-stack,\"\",@progbits\n")

    file(CONFIGURE OUTPUT "${folder}/${target}_files.S" CONTENT "${assembly}" @ONLY)
    file(CONFIGURE OUTPUT "${folder}/${target}_files.h" CONTENT
"#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace ${arg_NAMESPACE} {

struct EmbeddedFile {
    std::string_view name;
    std::string_view bytes;
};

/// Every file embedded into ${target}, in the order of its CMakeLists.txt.
std::span<const EmbeddedFile> embedded_files();

/// The bytes of the file called `name`, or nothing.
std::optional<std::string_view> embedded(std::string_view name);

} // namespace ${arg_NAMESPACE}
" @ONLY)
    file(CONFIGURE OUTPUT "${folder}/${target}_files.cpp" CONTENT
"#include \"${target}_files.h\"

#include <vector>

extern \"C\" {
${declarations}}

namespace ${arg_NAMESPACE} {

std::span<const EmbeddedFile> embedded_files() {
    static const std::vector<EmbeddedFile> files{
${rows}    };
    return files;
}

std::optional<std::string_view> embedded(std::string_view name) {
    for (const EmbeddedFile& file : embedded_files()) {
        if (file.name == name) {
            return file.bytes;
        }
    }
    return std::nullopt;
}

} // namespace ${arg_NAMESPACE}
" @ONLY)
    set_source_files_properties("${folder}/${target}_files.S" PROPERTIES OBJECT_DEPENDS "${paths}")
    target_sources(${target} PRIVATE "${folder}/${target}_files.S" "${folder}/${target}_files.cpp")
    target_include_directories(${target} PRIVATE "${folder}")
endfunction()
