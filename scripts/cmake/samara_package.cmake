# What is installed, and the packages: `cpack --config build/release/CPackConfig.cmake` (scripts/package).

# Packing builds no more than what is packed.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
install(TARGETS samara RUNTIME DESTINATION bin)
install(FILES "${CMAKE_SOURCE_DIR}/packaging/samara-bwrap" DESTINATION share/samara/apparmor)
install(FILES "${CMAKE_SOURCE_DIR}/README.md" "${CMAKE_SOURCE_DIR}/README.ko.md" "${CMAKE_SOURCE_DIR}/CHANGELOG.md"
    "${CMAKE_SOURCE_DIR}/SECURITY.md" DESTINATION share/doc/samara)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION share/doc/samara RENAME copyright)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/docs" DESTINATION share/doc/samara)

# Completions and the manual page, made by the program itself: by the one of the host where another is built for.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(SAMARA_HOST_PROGRAM "" CACHE FILEPATH "A samara that runs here, where the one that is built does not")
set(teller "$<IF:$<BOOL:${SAMARA_HOST_PROGRAM}>,${SAMARA_HOST_PROGRAM},$<TARGET_FILE:samara>>")
set(pages "${CMAKE_BINARY_DIR}/pages")
add_custom_target(samara_pages DEPENDS samara COMMENT "Writing completions and the manual page"
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/scripts/command-pages" "${teller}" completions "${pages}"
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/scripts/command-pages" "${teller}" manual "${pages}"
    COMMAND gzip -9nkf "${pages}/samara.1"
    VERBATIM)
install(FILES "${pages}/samara" DESTINATION share/bash-completion/completions)
install(FILES "${pages}/_samara" DESTINATION share/zsh/vendor-completions)
install(FILES "${pages}/samara.fish" DESTINATION share/fish/vendor_completions.d)
install(FILES "${pages}/samara.1.gz" DESTINATION share/man/man1)

# The licences of what is linked in, as Debian has them.
foreach(package IN ITEMS libacl1-dev libarchive-dev libboost1.74-dev libbz2-dev libcli11-dev libcpp-httplib-dev libdeflate-dev libexpected-dev
        libfmt-dev liblzma-dev libpcre2-dev libpugixml-dev libseccomp-dev libstdc++-12-dev libtomlplusplus-dev
        libyaml-cpp-dev libzstd-dev nettle-dev nlohmann-json3-dev)
    if(EXISTS "/usr/share/doc/${package}/copyright")
        install(FILES "/usr/share/doc/${package}/copyright" DESTINATION share/doc/samara/licences RENAME "${package}")
    endif()
endforeach()
if(EXISTS "${SAMARA_VALIJSON}/../share/doc/libvalijson-dev/copyright")
    install(FILES "${SAMARA_VALIJSON}/../share/doc/libvalijson-dev/copyright"
        DESTINATION share/doc/samara/licences RENAME libvalijson-dev)
endif()

set(CPACK_PACKAGE_NAME samara)
set(CPACK_PACKAGE_VENDOR samara)
set(CPACK_PACKAGE_CONTACT "samara developers <samara@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_GENERATOR "DEB;TGZ")
set(CPACK_STRIP_FILES OFF) # the linker has
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_THREADS 1)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE amd64)
elseif(CMAKE_SYSTEM_PROCESSOR STREQUAL "aarch64")
    set(CPACK_DEBIAN_PACKAGE_ARCHITECTURE arm64)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.35), libssl3 | libssl3t64, zlib1g")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "bubblewrap, ca-certificates, python3")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "docker.io, slirp4netns, python3-pip, nodejs, npm")
set(CPACK_PACKAGE_FILE_NAME "samara-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR}")
set(CPACK_ARCHIVE_COMPONENT_INSTALL OFF)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_SOURCE_DIR}/scripts/cmake/samara_times.cmake")
include(CPack)
