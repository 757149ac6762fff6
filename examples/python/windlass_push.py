"""Sends to the users of a Windlass server, and publishes to its topics.

Needs nothing but Python's own library. As a program it sends a text to a user:

    WINDLASS_SECRET=... python3 windlass_push.py ann "Your order has left the house"
"""

import hashlib
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


class PushError(Exception):
    """The server said no: `status`, `code` and a sentence."""

    def __init__(self, status, body):
        try:
            error = json.loads(body)["error"]
        except (ValueError, TypeError, KeyError):
            # A proxy in front may have answered.
            error = {"code": "", "message": "no answer of Windlass"}
        super().__init__(error["message"])
        self.status, self.code = status, error["code"]


class WindlassPush:
    """`url` is where the push API is: http://localhost:8080/api"""

    def __init__(self, url, key_id, secret):
        self.url, self.key_id, self.secret = url, key_id, secret

    def publish(self, topic, data, **options):
        """A str goes as it is, anything else as JSON. Options: event="said", idempotencyKey=..."""
        return self.post("/publish", {"topic": topic, "data": data, **options})

    def send(self, user_id, data, **options):
        path = f"/users/{urllib.parse.quote(user_id, safe='')}/send"
        return self.post(path, {"data": data, **options})

    def disconnect(self, user_id, **options):
        path = f"/users/{urllib.parse.quote(user_id, safe='')}/disconnect"
        return self.post(path, options)

    def post(self, path, message):
        body = json.dumps(message).encode()
        signed_path = urllib.parse.urlsplit(self.url + path).path
        timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
        text = "\n".join(["POST", signed_path, timestamp, nonce, hashlib.sha256(body).hexdigest()])
        signature = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Windlass-Key": self.key_id,
            "X-Windlass-Timestamp": timestamp,
            "X-Windlass-Nonce": nonce,
            "X-Windlass-Signature": f"v1={signature}",
        }
        request = urllib.request.Request(self.url + path, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refusal:
            raise PushError(refusal.code, refusal.read()) from None


if __name__ == "__main__":
    push = WindlassPush(
        os.environ.get("WINDLASS_URL", "http://localhost:8080/api"),
        os.environ.get("WINDLASS_KEY", "website"),
        os.environ["WINDLASS_SECRET"],
    )
    user_id, text = sys.argv[1:]
    try:
        result = push.send(user_id, text)
        print("sent" if result["hasSubscribers"] else f"{user_id} is not here")
    except PushError as error:
        sys.exit(f"{error.status} {error.code}: {error}")
