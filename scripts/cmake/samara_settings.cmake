# Compiler, warnings, sanitizers, ccache and the shared precompiled header.

option(SAMARA_TESTS "Build the tests" ON)
option(SAMARA_PCH "Use precompiled headers" ON)
option(SAMARA_UNITY "Compile the sources of a library together as far as their names allow" OFF)
option(SAMARA_STATIC "Link everything but OpenSSL, zlib and the C library into the program" OFF)
option(SAMARA_FUZZ "Build the libFuzzer targets (clang)" OFF)
set(SAMARA_HTTPLIB "${CMAKE_SOURCE_DIR}/build/cpp-httplib" CACHE PATH "Folder of cpp-httplib's whole header")
set(SAMARA_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, empty for none")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
# Where target samara-rie is linked to, stripped. Whoever embeds it names this file,
#     samara_embed(<target> NAMESPACE <ns> FILES "${SAMARA_RIE_BINARY}" BASE "${CMAKE_BINARY_DIR}/bin")
# and is assembled again whenever it was linked anew (the file is an output the generator knows).
set(SAMARA_RIE_BINARY "${CMAKE_BINARY_DIR}/bin/samara-rie")

find_program(SAMARA_CCACHE ccache)
if(SAMARA_CCACHE)
    # Precompiled headers are cacheable only with these; base_dir lets a fresh clone hit the cache.
    set(ccache_launcher
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${SAMARA_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${ccache_launcher})
    set(CMAKE_C_COMPILER_LAUNCHER ${ccache_launcher})
endif()

add_library(samara_options INTERFACE)
target_compile_options(samara_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 reports these inside libstdc++ for plain code such as "a" + std::string (GCC 105651, 105329).
    target_compile_options(samara_options INTERFACE
        $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-array-bounds -fpch-preprocess>)
endif()
# Without the time of each header a precompiled one is the same for ccache in every clone.
target_compile_options(samara_options INTERFACE "$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>")
# Asio's fences are nothing to the thread sanitizer; each connection stays on one thread.
if(SAMARA_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(samara_options INTERFACE -Wno-tsan)
endif()
# Boost 1.74 looks for the coroutines of clang's own library; those of libstdc++ are there.
target_compile_definitions(samara_options INTERFACE
    $<$<COMPILE_LANG_AND_ID:CXX,Clang>:BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_HAS_STD_COROUTINE>)
if(SAMARA_UNITY)
    # An unnamed namespace in a unit of several sources is taken for one in a header, and a local name may be that of a
    # function in a header which only another source of the unit includes; the other builds warn of real shadows.
    add_compile_options($<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
    target_compile_options(samara_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-shadow>)
endif()
if(SAMARA_STATIC)
    # OpenSSL's macros put the names of sources into the program: the same ones, wherever it is built.
    target_compile_options(samara_options INTERFACE
        $<$<COMPILE_LANGUAGE:CXX>:-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=>)
endif()
if(SAMARA_SANITIZE)
    target_compile_options(samara_options INTERFACE
        $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${SAMARA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all>)
    target_link_options(samara_options INTERFACE -fsanitize=${SAMARA_SANITIZE})
endif()
if(SAMARA_FUZZ)
    target_compile_options(samara_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=fuzzer-no-link>)
endif()
