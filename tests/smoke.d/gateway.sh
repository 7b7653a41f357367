# What the gateway in front of the functions does. Needs no log-in, sends no message and writes nothing.
# shellcheck shell=bash disable=SC2034,SC2154 # the parts of tests/smoke share their variables

# ---- Routes: what no route key names, both slash forms, the tail ------------------------------------------------------------------
call GET /no-such-path
check 'an unknown path is 404 in the envelope' is_error 404 client_error not_found
check 'every answer has a request id' has_header x-request-id '.'
check 'it links to the documentation' has_header link '</docs/>'
for path in / /docs /docs/; do
    call GET "$path"
    check "GET $path is a page of ours alone" is_answer 200 content-type text/html content-security-policy "default-src 'none'"
done
call GET /openapi.json --compressed --header 'accept-encoding: br, gzip'
check 'what is packed arrives packed' is_answer 200 content-type application/json content-encoding '(br|gzip)' etag '"'
uses docs/AppInfo
call GET /llms.txt
check 'the index of the Markdown pages is served' is_answer 200 content-type text/plain

for path in /api/send-otp /api/send-otp/ /api/refresh-token /api/refresh-token/ /api/customer/authenticate /api/customer/authenticate/; do
    post_json "$path" '{}'
    check "POST $path reaches its operation" is_error 400 validation_error required
done
for path in /api/customer /api/customer/ /.well-known/jwks.json /.well-known/jwks.json/; do
    call HEAD "$path"
    case $path in
    /api/*) check "HEAD $path reaches its operation" is_answer 401 ;;
    *) check "HEAD $path reaches its operation" is_answer 200 ;;
    esac
done
call GET /api/send-otp/below
check 'a path below an operation is 404 in the envelope' is_error 404 client_error not_found
for path in /api/customer/a%20b /api/customer/a%25b /api/customer/a%23b /api/customer/%E4%BD%A0%E5%A5%BD; do
    call GET "$path"
    check "GET $path is 404 in the envelope, no failure of the function" is_error 404 client_error not_found
done

# ---- Methods ----------------------------------------------------------------------------------------------------------------------
call GET /api/send-otp/
check 'an unknown method is 405 in the envelope' is_error 405 client_error method_not_allowed
check '405 names the methods in Allow' has_header allow '.*POST'
call OPTIONS /api/refresh-token/ --header 'origin: https://app.example.com' --header 'access-control-request-method: POST' \
    --header 'access-control-request-headers: content-type'
check 'OPTIONS is answered by the function, not by the gateway' is_answer 204 allow '.*POST' access-control-allow-methods '.*POST' access-control-allow-origin '.'

# ---- Headers ----------------------------------------------------------------------------------------------------------------------
call GET /api/customer/
check 'no token is 401 in the envelope' is_error 401 client_error not_authenticated
check 'WWW-Authenticate arrives under its own name' has_header www-authenticate 'Bearer realm="api"'
call GET /api/customer/ --header 'authorization: Bearer nonsense'
check 'a wrong token is 401 token_not_valid' is_error 401 client_error token_not_valid
call GET /.well-known/jwks.json
check 'the public keys are served, cacheable' is_answer 200 content-type application/json cache-control '.*max-age=[0-9]'
check 'the public keys are Ed25519' grep -q Ed25519 <<<"$body"

# ---- What everybody is told -------------------------------------------------------------------------------------------------------
for path in /api/app-info /api/app-info/ /api/social-accounts/ /api/faqs/; do
    call GET "$path"
    shows app-info/AppInfo
    check "GET $path may be kept, and says its language" is_answer 200 cache-control '.*stale-while-revalidate' content-language '.' etag '"'
done
tag=$(header etag)
call GET /api/faqs/ --header "if-none-match: $tag"
check 'what is known is not sent again' is_answer 304 etag '"'
for path in /api/countries/ '/api/region/?lat=24.7136&lng=46.6753'; do
    call GET "$path"
    [[ $path != *region* ]] || shows location/ServiceAreas
    check "GET $path may be kept, and says its language" is_answer 200 cache-control 'public, max-age=' content-language '.' etag '"'
done

# ---- Bodies -----------------------------------------------------------------------------------------------------------------------
call POST /api/send-otp/ --header 'content-type: text/plain' --data-binary 'phone=+15550100'
check 'another content type is 415' is_error 415 client_error unsupported_media_type
{ printf '{"phone": "'; head -c 70000 /dev/zero | tr '\0' 0; printf '"}'; } >"$folder/large"
post_json /api/send-otp/ "@$folder/large"
check 'a body above 64 KiB is 413' is_error 413 client_error request_too_large
call POST /api/send-otp/ --data 'country=US'
check 'a form, which the gateway encodes in base64, is read' is_error 400 validation_error required
call POST /api/send-otp/ --form 'country=US'
check 'a multipart body is read' is_error 400 validation_error required
post_json /api/send-otp/ '{"phone"'
check 'broken JSON is 400 parse_error' is_error 400 client_error parse_error
