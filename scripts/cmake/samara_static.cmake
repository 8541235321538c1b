# samara_link_statically(): the libraries that are in Debian as archives, as archives; toml++ and cpp-httplib
# as headers. What stays is in every glibc system: libc, libm, libssl, libcrypto, libz.
#
# cpp-httplib is in Debian as a shared library with a header that only declares; scripts/headers puts
# the whole header of Debian's source package where it is looked for here. Without it that one library stays
# shared.

function(samara_find_archive variable name package)
    find_library(SAMARA_ARCHIVE_${name} NAMES lib${name}.a NO_CACHE)
    if(NOT SAMARA_ARCHIVE_${name})
        message(FATAL_ERROR "SAMARA_STATIC needs lib${name}.a: apt-get install ${package}")
    endif()
    set(${variable} "${SAMARA_ARCHIVE_${name}}" PARENT_SCOPE)
endfunction()

# An imported target is, from now on, these files.
function(samara_replace target)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "INTERFACE_LIBRARY")
        set_target_properties(${target} PROPERTIES INTERFACE_LINK_LIBRARIES "${ARGN}")
        return()
    endif()
    list(POP_FRONT ARGN first)
    get_target_property(configurations ${target} IMPORTED_CONFIGURATIONS)
    foreach(configuration IN LISTS configurations)
        set_target_properties(${target} PROPERTIES "IMPORTED_LOCATION_${configuration}" "${first}")
    endforeach()
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${first}" INTERFACE_LINK_LIBRARIES "${ARGN}")
endfunction()

macro(samara_link_statically)
    # libarchive's archive has a format that wants libxml2: what nobody calls goes before it is missed.
    add_link_options(-Wl,--gc-sections)
    samara_find_archive(file yaml-cpp libyaml-cpp-dev)
    samara_replace(yaml-cpp "${file}")
    samara_find_archive(file pcre2-8 libpcre2-dev)
    samara_replace(PkgConfig::pcre2 "${file}")
    samara_find_archive(file seccomp libseccomp-dev)
    samara_replace(PkgConfig::libseccomp "${file}")
    samara_find_archive(file deflate libdeflate-dev)
    samara_replace(PkgConfig::libdeflate "${file}")
    samara_find_archive(file pugixml libpugixml-dev)
    samara_replace(pugixml::pugixml "${file}")
    set(files "")
    foreach(row IN ITEMS "archive libarchive-dev" "lzma liblzma-dev" "zstd libzstd-dev" "bz2 libbz2-dev"
            "nettle nettle-dev" "acl libacl1-dev")
        separate_arguments(row)
        samara_find_archive(file ${row})
        list(APPEND files "${file}")
    endforeach()
    samara_replace(LibArchive::LibArchive ${files} ZLIB::ZLIB)
    set_target_properties(PkgConfig::tomlplusplus PROPERTIES
        INTERFACE_LINK_LIBRARIES "" INTERFACE_COMPILE_OPTIONS "" INTERFACE_COMPILE_DEFINITIONS "TOML_HEADER_ONLY=1")
    if(EXISTS "${SAMARA_HTTPLIB}/httplib.h")
        set_target_properties(PkgConfig::httplib PROPERTIES
            INTERFACE_LINK_LIBRARIES "" INTERFACE_COMPILE_OPTIONS "" INTERFACE_INCLUDE_DIRECTORIES "${SAMARA_HTTPLIB}")
    else()
        message(STATUS "No ${SAMARA_HTTPLIB}/httplib.h (scripts/headers): cpp-httplib stays a shared library")
    endif()
endmacro()
