"""The usual user migration script, as its author published it; only the URL is a variable."""

# ruff: noqa: TID251
import os

import requests


def authn_legacy(event):  # type: ignore[no-untyped-def]
    data = {"username": event["userName"], "password": event["request"]["password"]}
    return requests.post(os.environ["LEGACY_URL"] + "/api/login", data=data)


def handler(event, context):  # type: ignore[no-untyped-def]
    if event["triggerSource"] == "UserMigration_Authentication":
        login_response = authn_legacy(event)  # type: ignore[no-untyped-call]
        if login_response.status_code == 200:
            d = login_response.json()
            event["response"]["userAttributes"] = {
                "username": d["username"],
                "name": d["display_name"],
                "email": d["email"],
                "email_verified": "true",
                "custom:legacy_id": d["userid"],
            }
            event["response"]["finalUserStatus"] = "CONFIRMED"
            event["response"]["messageAction"] = "SUPPRESS"
            return event
    return None
