# What .ci/run and .ci/full share: timed steps, the tools they need, and how a function is built. Sourced, from the repository's root.
# shellcheck shell=bash

tools=$PWD/target/ci-tools
export PATH=$tools/bin:$PATH # first, since cargo-lambda finds Zig through the `python3` that comes first
export CARGO_INCREMENTAL=0 CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
# `sam` asks for a region and credentials even for what it does alone.
export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none

times=()
current=
begun=0

# step NAME COMMAND…: runs it, in this shell, so that `set -e` ends the whole run at the first failure.
step() {
    current=$1
    begun=$SECONDS
    shift
    printf '\n=== %s\n' "$current"
    "$@"
    times+=("$(printf '%5d s  %s' $((SECONDS - begun)) "$current")")
    current=
}

summary() {
    local status=$?
    printf '\n=== Time\n'
    [ ${#times[@]} -eq 0 ] || printf '%s\n' "${times[@]}"
    [ -z "$current" ] || printf '%5d s  %s: FAILED\n' $((SECONDS - begun)) "$current"
    printf '%5d s  in all\n' "$SECONDS"
    exit "$status"
}
trap summary EXIT

# Debian packages, only where something is missing.
install_packages() {
    local sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@"
}

install_tools() {
    command -v cc >/dev/null || install_packages gcc libc6-dev
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

# What the documentation's pages are looked at with. The fonts are for the names of its folders, in screenshots.
install_browser() {
    local missing=()
    command -v curl >/dev/null || missing+=(curl)
    command -v node >/dev/null || missing+=(nodejs)
    command -v npm >/dev/null || missing+=(npm)
    command -v chromium >/dev/null || missing+=(chromium)
    ls /usr/share/fonts/truetype/wqy/*.ttc >/dev/null 2>&1 || missing+=(fonts-wqy-microhei fonts-noto-color-emoji)
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
    [ -d "$tools/browser/node_modules/playwright-core" ] || npm install --silent --no-fund --no-audit --prefix "$tools/browser" playwright-core@1.65.1
}

# The most bytes of a function's zip: the documentation carries its pages, the reference's program in two encodings.
most_zipped() {
    case $1 in
    docs) echo 5500000 ;;
    *) echo 3000000 ;;
    esac
}

# The groups that are deployed: one per CodeUri in the template.
functions() {
    sed -n 's|^ *CodeUri: functions/||p' template.yaml
}

# This machine's architecture, as cargo-lambda's option and as the template's parameter.
case $(uname -m) in
x86_64) lambda_target=--x86-64 lambda_architecture=x86_64 ;;
*) lambda_target=--arm64 lambda_architecture=arm64 ;;
esac
export lambda_target lambda_architecture

# Built from the group's own folder, as `sam build` does it: from the root, the features of all packages would be united.
build_function() {
    (cd "functions/$1" && cargo lambda build --locked --release "$lambda_target" --output-format zip --bin "$1")
}
