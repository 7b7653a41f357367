# Requests and checks of tests/smoke, and the account of which IAM statements they have shown.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts of tests/smoke share their variables

passed=0
failed=0
statements=()
declare -A shown=() used=() denied=() reasons=()

shows() {
    statements+=("$@")
}

uses() {
    local statement
    for statement in "$@"; do used[$statement]=yes; done
}

# unseen HOW FUNCTION/SID…
unseen() {
    local statement
    for statement in "${@:2}"; do reasons[$statement]=$1; done
}

# call METHOD PATH [curl's options…]: sets status, body and headers (names in lower case).
call() {
    local method=$1 path=$2
    shift 2
    [ "$method" != HEAD ] || set -- --head "$@"
    : >"$folder/body"
    : >"$folder/head"
    status=$(curl --silent --max-time 20 --path-as-is --request "$method" --dump-header "$folder/head" --output "$folder/body" \
        --write-out '%{http_code}' "$@" "$base$path") || status="no answer"
    body=$(<"$folder/body")
    headers=$(tr -d '\r' <"$folder/head" | sed 's/^[^: ]*:/\L&/')
}

post_json() {
    call POST "$1" --header 'content-type: application/json' --data-binary "$2" "${@:3}"
}

# check WHAT TEST…: the test is a command; on failure the answer is shown.
check() {
    local what=$1
    shift
    local statement
    if "$@"; then
        passed=$((passed + 1))
        printf 'ok      %s\n' "$what"
        for statement in "${statements[@]}"; do shown[$statement]=yes; done
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n' "$what"
        printf '        %s\n        %.300s\n' "$status" "$body"
        printf '        %s\n' "${headers//$'\n'/$'\n'        }"
        for statement in "${statements[@]}"; do
            denied[$statement]=yes
            printf '        if the log of %s has AccessDenied or AuthorizationError: its statement %s in template.yaml\n' \
                "${statement%/*}" "${statement#*/}"
        done
    fi
    statements=()
}

# with TOKEN METHOD PATH [JSON [curl's options…]]: sends a request with an access token.
with() {
    local options=(--header "authorization: Bearer $1")
    [ -z "${4:-}" ] || options+=(--header 'content-type: application/json' --data-binary "$4")
    call "$2" "$3" "${options[@]}" "${@:5}"
}

# An envelope's one error: status, type and code.
is_error() {
    [ "$status" = "$1" ] && [[ $body =~ \"type\":\ ?\"$2\" ]] && [[ $body =~ \"code\":\ ?\"$3\" ]]
}

has_header() {
    grep -qiE "^$1: *$2" <<<"$headers"
}

# Status, then headers as pairs of name and pattern.
is_answer() {
    [ "$status" = "$1" ] || return 1
    shift
    while [ $# -gt 0 ]; do
        has_header "$1" "$2" || return 1
        shift 2
    done
}

# The first value of a text member of the body, wherever it stands.
member() {
    grep -oE "\"$1\": ?\"[^\"]*\"" <<<"$body" | head -n 1 | sed -E 's/.*"([^"]*)"$/\1/'
}

has_member() {
    grep -qE "\"$1\": ?$2" <<<"$body"
}

header() {
    sed -n "s/^$1: *//p" <<<"$headers"
}

# send_code JSON [curl's options…]: asks for a code, and again when the stack says so, if that is within two minutes. Sets challenge.
send_code() {
    local wait
    post_json /api/send-otp/ "$@"
    wait=$(header retry-after)
    if [ "$status" = 429 ] && [ "${wait:-999}" -le 120 ]; then
        printf 'wait    %d s for the next code\n' "$wait"
        sleep "$((wait + 1))"
        post_json /api/send-otp/ "$@"
    fi
    challenge=$(member challenge)
}

# until_it SECONDS COMMAND…: tries once a second.
until_it() {
    local left
    for ((left = $1; left > 0; left--)); do
        ! "${@:2}" || return 0
        sleep 1
    done
    return 1
}

# All statements that the script names.
statements_here() {
    grep -hE '\b(shows|uses|unseen) ' tests/smoke tests/smoke.d/*.sh | grep -oE '\b[a-z-]+/[A-Z][A-Za-z]+\b' | sort -u
}

report() {
    local statement reason of_run=() of_log=() failures=() missing=0
    declare -A by_reason=()
    for statement in $(statements_here); do
        if [ -n "${denied[$statement]:-}" ]; then
            failures+=("$statement")
        elif [ -n "${shown[$statement]:-}" ]; then
            of_run+=("$statement")
        elif [ -n "${used[$statement]:-}" ]; then
            of_log+=("$statement")
        else
            missing=$((missing + 1))
            reason=${reasons[$statement]:-set TEST_PHONE and TEST_CODE}
            by_reason[$reason]+=" $statement"
        fi
    done
    printf '\nIAM statements of template.yaml: %d shown, %d used whose refusal only the log shows, %d not shown, %d failed\n' \
        "${#of_run[@]}" "${#of_log[@]}" "$missing" "${#failures[@]}"
    [ ${#failures[@]} = 0 ] || printf 'failed     %s\n' "${failures[*]}"
    [ ${#of_run[@]} = 0 ] || printf 'shown      %s\n' "${of_run[*]}"
    [ ${#of_log[@]} = 0 ] || printf 'used       %s (set STACK)\n' "${of_log[*]}"
    for reason in "${!by_reason[@]}"; do
        printf 'not shown %s: %s\n' "${by_reason[$reason]}" "$reason"
    done | sort
}
