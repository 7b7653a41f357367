# Shared by .ci/run and .ci/full: timed steps, the installation of tools, and the build of a function.
# Source it from the repository's root.
# shellcheck shell=bash

tools=$PWD/target/ci-tools
# First in PATH: cargo-lambda finds Zig through the first `python3`.
export PATH=$tools/bin:$PATH
export CARGO_INCREMENTAL=0 CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
# `sam` wants a region and credentials even for commands that do not call AWS.
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none

results=()
current=
started_at=0
skip_reason=

# step NAME COMMAND…: runs the command in this shell, so that `set -e` ends the whole run at the first failure.
step() {
    current=$1
    started_at=$SECONDS
    skip_reason=
    shift
    printf '\n=== %s\n' "$current"
    "$@"
    result "${skip_reason:+SKIPPED: $skip_reason}"
    current=
}

# skipped REASON: reports that the current step, or a part of it, did not run.
skipped() {
    skip_reason=${skip_reason:+$skip_reason; }$1
    printf 'skipped: %s\n' "$1"
}

result() {
    results+=("$(printf '%5d s  %s%s' $((SECONDS - started_at)) "$current" "${1:+: $1}")")
}

summary() {
    local status=$?
    [ -z "$current" ] || result FAILED
    printf '\n=== Summary\n'
    [ ${#results[@]} -eq 0 ] || printf '%s\n' "${results[@]}"
    printf '%5d s  total\n' "$SECONDS"
    exit "$status"
}
trap summary EXIT

# Installs Debian packages.
install_packages() {
    local sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@"
}

# Installs the Rust components and the Python packages of the given lists, unless they are installed already.
install_tools() {
    command -v cc >/dev/null || install_packages gcc libc6-dev
    command -v curl >/dev/null || install_packages curl # for tests/smoke, which the contract tests run
    command -v valgrind >/dev/null || install_packages valgrind # for tests/bench, which counts instructions
    command -v openssl >/dev/null || install_packages openssl # for the certificate of its engines
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
    local list
    for list in "$@"; do
        if ! cmp -s "$list" "$tools/$(basename "$list")"; then
            [ -x "$tools/bin/pip" ] || python3 -m venv "$tools"
            "$tools/bin/pip" install --quiet --disable-pip-version-check -r "$list"
            cp "$list" "$tools/"
        fi
    done
}

# Installs the browser that tests the documentation. The fonts are for the names of its folders in screenshots.
install_browser() {
    local missing=()
    command -v curl >/dev/null || missing+=(curl)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    command -v chromium >/dev/null || missing+=(chromium)
    ls /usr/share/fonts/truetype/wqy/*.ttc >/dev/null 2>&1 || missing+=(fonts-wqy-microhei fonts-noto-color-emoji)
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
    [ -d "$tools/browser/node_modules/playwright-core" ] ||
        npm install --silent --no-fund --no-audit --prefix "$tools/browser" playwright-core@1.65.1
}

# max_zip_bytes FUNCTION: the limit of a function's zip, by its folder or its name in the template. The documentation
# contains its pages, and the program of the reference page in two encodings; location contains the names of countries and
# the boundaries.
max_zip_bytes() {
    case $1 in
    docs | DocsFunction) echo 5500000 ;;
    location | LocationFunction) echo 3600000 ;;
    *) echo 3000000 ;;
    esac
}

# The folders of all functions, from the CodeUri properties of the template: a new function needs no edit here.
functions() {
    sed -n 's|^ *CodeUri: functions/||p' template.yaml
}

# This machine's architecture, as the option of cargo-lambda and as the template's parameter.
case $(uname -m) in
x86_64) lambda_target=--x86-64 lambda_architecture=x86_64 ;;
*) lambda_target=--arm64 lambda_architecture=arm64 ;;
esac
export lambda_target lambda_architecture

# build_function FOLDER [OPTION…]: builds in the function's folder, as `sam build` does. From the root, Cargo would unify the features of
# all packages.
build_function() {
    local group=$1
    shift
    (cd "functions/$group" && cargo lambda build --locked --release "$lambda_target" --output-format zip --bin "$group" "$@")
}

# Builds all functions, two at a time: linking one of them keeps one core busy for a minute. The second builder has a target folder of
# its own, since Cargo locks the folder, and begins with a copy of what all functions have in common.
build_all_functions() {
    local groups group second=$PWD/target/second lambda=$PWD/target/lambda half
    mapfile -t groups < <(functions)
    build_function "${groups[0]}"
    mkdir -p "$second"
    cp -a target/release target/*-linux-gnu "$second/"
    half=$(((${#groups[@]} + 1) / 2))
    (
        export CARGO_TARGET_DIR=$second
        for group in "${groups[@]:half}"; do build_function "$group" --lambda-dir "$lambda"; done
    ) &
    for group in "${groups[@]:1:half-1}"; do build_function "$group"; done
    wait $!
    # `sam build` and the next run find there what both have built.
    cp -an "$second/." target/
    rm -rf "$second"
}
