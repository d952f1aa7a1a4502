"""
Send "this account changed" to the auth service.

    WEBHOOK_KEY=whsec_... python3 send_webhook.py https://auth.example.com/auth/profile-changed 4711

Ends with status 0 if the message was received; otherwise send it again later, with the same id.
"""

import base64
import hmac
import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request


def signatures(keys: "list[str]", message_id: str, timestamp: str, body: bytes) -> str:
    """Sign with every key: two while a key is replaced."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    found = [base64.b64decode(key.replace("whsec_", "", 1)) for key in keys]
    macs = [hmac.digest(key, signed, "sha256") for key in found]
    return " ".join("v1," + base64.b64encode(mac).decode() for mac in macs)


def send(url: str, keys: "list[str]", message_id: str, legacy_uid: str) -> int:
    """Return the HTTP status of one attempt."""
    body = json.dumps({"type": "profile.changed", "data": {"legacy_uid": legacy_uid}}).encode()
    timestamp = str(int(time.time()))
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signatures(keys, message_id, timestamp, body),
    }
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


if __name__ == "__main__":
    key_list = os.environ["WEBHOOK_KEY"].split()
    status = send(sys.argv[1], key_list, f"msg_{secrets.token_hex(16)}", sys.argv[2])
    print(status)
    sys.exit(0 if 200 <= status < 300 else 1)
