# The Debian packages samara needs, by purpose, and how they are installed. Sourced by other scripts.

build_packages=(
    ca-certificates ccache cmake g++ git make ninja-build pkg-config python3
    libacl1-dev libarchive-dev libboost-dev libbz2-dev libcli11-dev libcpp-httplib-dev libdeflate-dev libexpected-dev libfmt-dev
    liblzma-dev libpcre2-dev libpugixml-dev libseccomp-dev libssl-dev libtomlplusplus-dev libyaml-cpp-dev libzstd-dev nettle-dev
    nlohmann-json3-dev zlib1g-dev
    dpkg-dev patch xz-utils
)

# What the sandbox engine runs functions with.
sandbox_packages=(bubblewrap curl python3 python3-boto3 python3-pip slirp4netns)

test_packages=(
    autoconf automake awscli binutils chromium clang-format debootstrap docker-registry docker.io faketime ffmpeg fish groff-base iproute2 jq libgmock-dev libgtest-dev libtool make nodejs npm
    openssl podman procps python3-dateparser python3-debugpy python3-venv python3-yaml strace unzip zip zsh
    cargo default-jdk-headless golang-go gradle libmaven-clean-plugin-java libmaven-compiler-plugin-java libmaven-dependency-plugin-java libmaven-install-plugin-java
    libmaven-jar-plugin-java libmaven-resources-plugin-java libsurefire-java maven ruby-bundler
)

# What scripts/check compiles with for the sanitizers and fuzzers.
sanitizer_packages=(clang-16 libclang-rt-16-dev)

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Installs those of the named packages that are missing; silent when all are there. A program that is
# there from elsewhere (a newer Node.js, say) counts for its package.
install_packages() {
    local missing=() package
    for package in "$@"; do
        case $package in
            nodejs) command -v node >/dev/null && continue ;;
            npm) command -v npm >/dev/null && continue ;;
        esac
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    echo "Installing ${missing[*]}" >&2
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
}
