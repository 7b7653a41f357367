# What each IAM policy lets its function do, group by group: one customer logs in, uses everything and leaves. tests/smoke has the order.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts of tests/smoke share their variables

# Session A. Each request with a new generation of it acknowledges that generation, in the function that is asked first.
log_in() {
    send_code "{\"phone\": \"$TEST_PHONE\"}"
    shows auth/Codes auth/Limits auth/Networks
    check 'a code is sent' is_answer 200 cache-control '.*no-store'
    post_json /api/customer/authenticate/ "{\"phone\": \"$TEST_PHONE\", \"challenge\": \"$challenge\", \"otp\": \"$TEST_CODE\",
        \"device\": {\"name\": \"smoke\", \"platform\": \"android\", \"registration_id\": \"$registration\"}}"
    shows customer/Account customer/Limits
    check 'the phone logs in, with a push device' grep -qE '^20[01]$' <<<"$status"
    access=$(member access)
    refresh=$(member refresh)
    customer=$(member id)
    post_json /api/customer/authenticate/ "{\"phone\": \"$TEST_PHONE\", \"challenge\": \"$challenge\", \"otp\": \"$TEST_CODE\"}"
    check 'the code is spent' is_error 400 validation_error invalid_otp
    post_json /api/send-otp/ "{\"phone\": \"$TEST_PHONE\"}"
    shows customer/Networks auth/Networks
    check 'a network where a code was verified is no stranger' knows_network
    uses auth/PublicKeys auth/AppInfo customer/PublicKeys customer/AppInfo
    [ -n "$access" ]
}

# A stranger's request counts by address, too.
knows_network() {
    has_header ratelimit-policy '.*"codes-phone"' && ! has_header ratelimit-policy '.*"codes-address"'
}

use_profile() {
    with "$access" GET /api/customer/
    check 'the profile is read' is_answer 200 etag '.' cache-control '.*no-store'
    with "$access" GET /api/customer/ '' --header "if-none-match: $(header etag)"
    check 'an unchanged profile is 304' is_answer 304
    with "$access" PATCH /api/customer/ '{"language": "en"}' --header 'if-match: "another"'
    check 'a change of another version is 412' is_error 412 client_error precondition_failed
    with "$access" PATCH /api/customer/ '{"language": "en"}'
    shows customer/Account customer/Limits
    check 'the profile is changed, and the write counted' is_answer 200 ratelimit '.*writes'
}

# next_generation: refreshes session A; spent is then the token that access follows.
next_generation() {
    spent=$refresh
    post_json /api/refresh-token/ "{\"refresh\": \"$spent\"}"
    shows auth/Sessions
    check 'the session is refreshed' is_answer 200 cache-control '.*no-store'
    access=$(member access)
    refresh=$(member refresh)
    post_json /api/refresh-token/ "{\"refresh\": \"$spent\"}"
    check 'the same refresh token gives the same successor, byte for byte' \
        test "$status" = 200 -a -n "$refresh" -a "$(member refresh)" = "$refresh"
}

use_addresses() {
    local new='{"line1": "1 Main Street", "city": "Springfield", "postal_code": "62701", "country": "US", "label": "smoke"}'
    local key="idempotency-key: smoke-$RANDOM$RANDOM" id
    with "$access" GET /api/addresses/
    uses location/Acknowledgements location/AppInfo
    shows location/Sessions location/PublicKeys location/Addresses
    check 'the addresses are listed' is_answer 200 cache-control '.*no-store'
    with "$access" POST /api/addresses/ "$new" --header "$key"
    shows location/Addresses location/Limits
    check 'an address is made, and the write counted' is_answer 201 ratelimit '.*writes'
    id=$(member id)
    with "$access" POST /api/addresses/ "$new" --header "$key"
    check 'the same request again makes no second one' is_answer 201 idempotency-replayed true
    check 'it gets the same answer' test "$(member id)" = "$id"
    with "$access" PATCH "/api/addresses/$id/" '{"label": "smoke, changed"}'
    check 'an address is changed' is_answer 200
    with "$access" GET /api/customer/export/
    shows customer/Unbounded customer/Account
    check 'the export has it' has_member label '"smoke, changed"'
    with "$access" DELETE "/api/addresses/$id/"
    check 'an address is deleted' is_answer 204
}

use_devices() {
    local device="smoke-$RANDOM$RANDOM:APA91b/x"
    with "$access" GET /api/devices/
    uses fcm/Acknowledgements fcm/AppInfo
    shows fcm/Sessions fcm/PublicKeys fcm/Devices
    check 'the device of the log-in is listed and active' has_member active true
    with "$access" POST /api/devices/ "{\"registration_id\": \"$device\", \"type\": \"android\"}" \
        --header "idempotency-key: smoke-$RANDOM$RANDOM"
    shows fcm/Devices fcm/Limits
    check 'a device is registered, and the write counted' is_answer 201 ratelimit '.*writes'
    with "$access" PATCH "/api/devices/$device/" '{"name": "smoke"}'
    check 'a device whose id has a slash is changed' is_answer 200
    for device in "$device" "$registration"; do
        with "$access" DELETE "/api/devices/$device/"
        check 'a device is deleted' is_answer 204
    done
}

use_inbox() {
    with "$access" GET /api/notifications/
    shows fcm/Inbox
    check 'the inbox is read' is_answer 200 etag '.'
    with "$access" POST /api/notifications/read/ '{"all": true}'
    shows fcm/Inbox
    check 'everything is marked read' has_member unread 0
    with "$access" DELETE /api/notifications/019aac3f-0000-7000-8000-000000000000/
    check 'a notification that is not there is 404' is_error 404 client_error not_found
}

# Its first request acknowledges the newest generation.
use_wallet() {
    local debit='{"type": "debit", "amount": 1, "currency": "USD"}' key="idempotency-key: smoke-$RANDOM$RANDOM"
    with "$access" GET /api/wallet/
    acknowledged_at=$SECONDS
    uses wallet/AppInfo
    shows wallet/Sessions wallet/PublicKeys wallet/Ledger
    check 'the wallet is read' is_answer 200 cache-control '.*no-store'
    with "$access" PATCH /api/wallet/ "$debit" --header "$key"
    shows wallet/Ledger wallet/Limits
    check 'a debit without funds is refused, and the write counted' is_refusal ratelimit '.*writes'
    with "$access" PATCH /api/wallet/ "$debit" --header "$key"
    shows wallet/Ledger
    check 'the refusal is stored' is_refusal idempotency-replayed true
    with "$access" PATCH /api/wallet/ '{"type": "debit", "amount": 2, "currency": "USD"}' --header "$key"
    check 'another request with its key is refused' is_error 422 client_error idempotency_key_reused
    with "$access" PATCH /api/wallet/ '{"type": "credit", "amount": 1, "currency": "USD"}' \
        --header "idempotency-key: smoke-$RANDOM$RANDOM"
    check 'customers cannot give themselves money' is_error 403 client_error permission_denied
}

is_refusal() {
    is_error 422 client_error insufficient_funds && is_answer 422 "$@"
}

use_petstore() {
    local key='api_key: special-key'
    call GET /v2/store/inventory --header "$key"
    if [ "$status" = 404 ]; then
        unseen 'deploy with EnablePetstore=true' petstore/Shop
        return
    fi
    shows petstore/Shop
    check 'the inventory is read' is_answer 200
    post_json /v2/pet '{"name": "smoke", "photoUrls": [], "status": "sold"}' --header "$key" --header 'authorization: Bearer special-key'
    shows petstore/Shop
    check 'a pet is added' is_answer 200
    pet=$(grep -oE '"id": ?[0-9]+' <<<"$body" | head -n 1 | grep -oE '[0-9]+')
    call GET "/v2/pet/$pet" --header "$key"
    check 'it is found' is_answer 200
    call GET '/v2/pet/findByStatus?status=sold' --header 'authorization: Bearer special-key'
    shows petstore/Shop
    check 'it is on the list of its status, which is read as a batch' grep -q '"smoke"' <<<"$body"
    call DELETE "/v2/pet/$pet" --header "$key" --header 'authorization: Bearer special-key'
    shows petstore/Shop
    check 'it is deleted' is_answer 200
}

# publish JSON: as another system does.
publish() {
    status='aws sns publish' body='' headers=''
    aws sns publish --topic-arn "$NOTIFICATIONS_TOPIC_ARN" --message "$1" --output text >/dev/null
}

inbox_has() {
    with "$access" GET /api/notifications/
    has_member title "\"$1\""
}

receive_notifications() {
    local run=smoke-$RANDOM$RANDOM id
    check 'a notification to a customer is published' \
        publish "{\"id\": \"$run-1\", \"to\": {\"customer_id\": \"$customer\"}, \"title\": \"$run-1\"}"
    check 'a notification to a phone is published' \
        publish "{\"id\": \"$run-2\", \"to\": {\"phone\": \"$TEST_PHONE\"}, \"title\": \"$run-2\"}"
    shows notifier/Customers notifier/Devices notifier/Inbox
    check 'the one to the customer arrives' until_it 60 inbox_has "$run-1"
    shows notifier/Customers notifier/Phones notifier/Inbox
    check 'the one to the phone arrives' until_it 60 inbox_has "$run-2"
    id=$(member id)
    with "$access" POST /api/notifications/read/ "{\"ids\": [\"$id\"]}"
    check 'one of them is marked read' has_member unread 1
    with "$access" DELETE "/api/notifications/$id/"
    check 'it is deleted' is_answer 204
    with "$access" POST /api/notifications/bulk-delete/ '{"all": true}'
    check 'the rest is deleted' has_member deleted '[1-9]'
}

# Session B, and the end of A: its newest generation was acknowledged, so the one before it is worth nothing after RefreshGraceSeconds.
replay() {
    local wait
    send_code "{\"phone\": \"$TEST_PHONE\", \"refresh\": \"$refresh\"}"
    check 'a known device gets a second code' is_answer 200
    post_json /api/customer/authenticate/ "{\"phone\": \"$TEST_PHONE\", \"challenge\": \"$challenge\", \"otp\": \"$TEST_CODE\"}"
    check 'the phone logs in again' is_answer 200
    latest=$(member access)
    latest_refresh=$(member refresh)
    wait=$((acknowledged_at + ${REFRESH_GRACE_SECONDS:-60} + 1 - SECONDS))
    if [ "$wait" -gt 0 ]; then
        printf 'wait    %d s for the end of RefreshGraceSeconds\n' "$wait"
        sleep "$wait"
    fi
    post_json /api/refresh-token/ "{\"refresh\": \"$spent\"}"
    shows wallet/Acknowledgements auth/Sessions
    check 'a spent token whose successor was used ends its session' is_error 401 client_error token_not_valid
    with "$access" GET /api/customer/
    check 'the newest access token of that session is refused at once' is_error 401 client_error token_not_valid
}

leave() {
    with "$latest" GET /api/sessions/
    shows auth/Sessions
    check 'the session is listed' has_member current true
    with "$latest" DELETE /api/sessions/019aac3f-0000-7000-8000-000000000000/
    check 'a session that is not there is 404' is_error 404 client_error not_found
    with "$latest" POST /api/logout-all-devices/ '{"keep_current": true}'
    check 'all other devices are logged out' is_answer 204
    send_code "{\"phone\": \"$TEST_PHONE\", \"purpose\": \"delete\", \"refresh\": \"$latest_refresh\"}" \
        --header "authorization: Bearer $latest"
    shows auth/Codes auth/Limits auth/Sessions
    check 'a code to delete the account is sent' is_answer 200
    with "$latest" DELETE /api/customer/ "{\"challenge\": \"$challenge\", \"otp\": \"$TEST_CODE\"}"
    shows customer/Account customer/ErasureJournal
    check 'the account is deleted' is_answer 204
    with "$latest" GET /api/customer/
    check 'its token is refused at once' is_answer 401
}

erase() {
    shows cleanup/Due cleanup/Devices cleanup/Ledgers cleanup/Unbounded cleanup/Others
    check 'the clean-up erases the account' clean_up
}

clean_up() {
    status='aws lambda invoke' body='' headers=''
    aws lambda invoke --function-name "$CLEANUP_FUNCTION" --output text "$folder/cleaned" >"$folder/invoked" || return 1
    body=$(<"$folder/cleaned")
    ! grep -q FunctionError "$folder/invoked" && has_member holds '\{'
}

# Refusals since the start of this run that no answer shows. Lines reach the log within seconds.
read_logs() {
    local statement function
    printf 'wait    20 s for the logs\n'
    sleep 20
    for function in $(printf '%s\n' "${!used[@]}" | cut -d / -f 1 | sort -u); do
        for statement in "${!used[@]}"; do
            [ "${statement%/*}" != "$function" ] || shows "$statement"
        done
        check "the log of $function has no refusal" log_is_clean "$function"
    done
}

log_is_clean() {
    status="aws logs filter-log-events" headers=''
    body=$(aws logs filter-log-events --log-group-name "/aws/lambda/$STACK-$1" --start-time "$began" \
        --filter-pattern '?AccessDenied ?AccessDeniedException ?AuthorizationError' --query 'events[].message' --output text) &&
        [ -z "${body/None/}" ]
}

send_text() {
    send_code "{\"phone\": \"$TEXT_PHONE\"}"
    shows auth/TextMessages auth/Limits
    check 'SNS takes a text message' is_answer 200
}
