"""
What the OCSF schema 1.8.0 says of the classes that audit lines become.

Extracted from ``events/base_event.json``, ``events/iam/account_change.json``,
``events/iam/authentication.json`` and ``objects/*.json`` of the schema's repository (Apache-2.0):
the attributes that authcore writes, with their types, and everything that is required.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias


Type: TypeAlias = type | str
"""A JSON type, or the name of an object in OBJECTS."""

BASE: Final[Mapping[str, Type]] = {
    "activity_id": int,
    "activity_name": str,
    "category_uid": int,
    "class_uid": int,
    "message": str,
    "metadata": "metadata",
    "severity": str,
    "severity_id": int,
    "status": str,
    "status_code": str,
    "status_detail": str,
    "status_id": int,
    "time": int,
    "type_uid": int,
    "unmapped": dict,
}
BASE_REQUIRED: Final = {
    "activity_id",
    "category_uid",
    "class_uid",
    "metadata",
    "severity_id",
    "time",
    "type_uid",
}
IAM: Final[Mapping[str, Type]] = {**BASE, "actor": "actor", "user": "user"}

ATTRIBUTES: Final[Mapping[int, Mapping[str, Type]]] = {
    0: BASE,
    3001: IAM,
    3002: {**IAM, "is_remote": bool, "service": "service"},
}
REQUIRED: Final = {0: BASE_REQUIRED, 3001: BASE_REQUIRED | {"user"}, 3002: BASE_REQUIRED | {"user"}}
AT_LEAST_ONE: Final[Mapping[int | str, set[str]]] = {
    3002: {"service", "dst_endpoint"},
    "actor": {"process", "user", "invoked_by", "session", "app_name", "app_uid"},
    "product": {"name", "uid"},
    "service": {"name", "uid"},
    "user": {"account", "name", "uid"},
}
CATEGORIES: Final = {0: 0, 3001: 3, 3002: 3}
ACTIVITIES: Final[Mapping[int, Mapping[int, str]]] = {
    0: {},
    3001: {
        1: "Create",
        2: "Enable",
        3: "Password Change",
        4: "Password Reset",
        5: "Disable",
        6: "Delete",
        7: "Attach Policy",
        8: "Detach Policy",
        9: "Lock",
        10: "MFA Factor Enable",
        11: "MFA Factor Disable",
        12: "Unlock",
    },
    3002: {
        1: "Logon",
        2: "Logoff",
        3: "Authentication Ticket",
        4: "Service Ticket Request",
        5: "Service Ticket Renew",
        6: "Preauth",
        7: "Account Switch",
    },
}
ENUMERATIONS: Final = {
    "severity": {
        0: "Unknown",
        1: "Informational",
        2: "Low",
        3: "Medium",
        4: "High",
        5: "Critical",
        6: "Fatal",
    },
    "status": {0: "Unknown", 1: "Success", 2: "Failure"},
}
USER_TYPES: Final = {0, 1, 2, 3, 4, 99}
OBJECTS: Final[Mapping[str, Mapping[str, Type]]] = {
    "actor": {"user": "user"},
    "metadata": {
        "correlation_uid": str,
        "event_code": str,
        "labels": list,
        "log_name": str,
        "product": "product",
        "version": str,
    },
    "product": {"name": str, "uid": str, "vendor_name": str, "version": str},
    "service": {"name": str, "uid": str},
    "user": {"name": str, "type": str, "type_id": int, "uid": str, "uid_alt": str},
}
OBJECT_REQUIRED: Final = {"metadata": {"product", "version"}}


def problems(event: Mapping[str, Any]) -> list[str]:
    """What the schema forbids in *event*."""
    return list(_problems(event))


def _problems(event: Mapping[str, Any]) -> Iterator[str]:
    uid = event["class_uid"]
    yield from _members(event, str(uid), ATTRIBUTES[uid], REQUIRED[uid])
    yield from _at_least_one(event, uid)
    if event["category_uid"] != CATEGORIES[uid]:
        yield "category_uid"
    if event["type_uid"] != uid * 100 + event["activity_id"]:
        yield "type_uid"
    activity = event["activity_id"]
    if activity != 99 and ACTIVITIES[uid].get(activity) != event.get("activity_name"):
        yield "activity_id"
    for name, values in ENUMERATIONS.items():
        if values.get(event[f"{name}_id"]) != event[name]:
            yield name
    if event.get("user", {}).get("type_id", 0) not in USER_TYPES:
        yield "user.type_id"


def _members(
    found: Mapping[str, Any], where: str, attributes: Mapping[str, Type], required: set[str]
) -> Iterator[str]:
    yield from (f"{where} lacks {name}" for name in sorted(required - set(found)))
    for name, value in found.items():
        kind = attributes.get(name)
        if kind is None:
            yield f"{where} has no {name}"
        elif isinstance(kind, str):
            yield from _members(value, kind, OBJECTS[kind], OBJECT_REQUIRED.get(kind, set()))
            yield from _at_least_one(value, kind)
        elif type(value) is not kind:
            yield f"{where}.{name} is no {kind.__name__}"


def _at_least_one(found: Mapping[str, Any], where: int | str) -> Iterator[str]:
    if (needed := AT_LEAST_ONE.get(where)) and not needed & set(found):
        yield f"{where} has none of {sorted(needed)}"
