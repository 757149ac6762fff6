#!/bin/sh
# Sends a signed request to the push API of Windlass, with curl and openssl:
#
#   export WINDLASS_SECRET=...
#   ./windlass-push.sh /publish '{"topic":"news","data":"hello"}'
#   ./windlass-push.sh /users/ann/send '{"data":"Your order has left the house"}'
set -eu

url=${WINDLASS_URL:-http://localhost:8080/api}
key=${WINDLASS_KEY:-website}
path=$1
body=$2

# What is signed begins behind the host: http://localhost:8080/api/publish -> /api/publish
signed_path=/$(printf %s "$url$path" | cut -d/ -f4-)
timestamp=$(date +%s)
nonce=$(openssl rand -hex 16)
body_hash=$(printf %s "$body" | openssl dgst -sha256 -r | cut -d' ' -f1)
# Who may list the processes of this machine sees the secret for a moment: it is an argument of openssl.
signature=$(printf 'POST\n%s\n%s\n%s\n%s' "$signed_path" "$timestamp" "$nonce" "$body_hash" |
    openssl dgst -sha256 -r -hmac "$WINDLASS_SECRET" | cut -d' ' -f1)

exec curl --silent --show-error --fail-with-body --max-time 5 "$url$path" \
    --header 'Content-Type: application/json' \
    --header "X-Windlass-Key: $key" \
    --header "X-Windlass-Timestamp: $timestamp" \
    --header "X-Windlass-Nonce: $nonce" \
    --header "X-Windlass-Signature: v1=$signature" \
    --data-binary "$body"
