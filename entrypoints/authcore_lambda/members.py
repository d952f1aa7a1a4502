"""
Reading events without insisting on anything.

``clientMetadata`` and ``validationData`` come from whoever signs in and have no reader here.
"""

from collections.abc import Mapping
from typing import Any, Final


NOTHING: Final[Mapping[str, Any]] = {}

SUBJECT: Final = "sub"
LEGACY_UID: Final = "custom:legacy_uid"
LEGACY_LINKED: Final = "custom:legacy_linked"


def mapping(members: object, name: str) -> Mapping[str, Any]:
    """The object *name* of *members*; an empty one where there is none."""
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, dict) else NOTHING


def text(members: object, name: str) -> str | None:
    """The text *name* of *members*; None where there is none, or an empty one."""
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, str) and value else None


def attributes(event: object) -> Mapping[str, Any]:
    """``request.userAttributes``: what the pool says of the user."""
    return mapping(mapping(event, "request"), "userAttributes")


def is_true(value: object) -> bool:
    """Whether *value* is ``true`` or ``"true"``: Cognito sends both, and nothing else counts."""
    return value is True or value == "true"


def is_false(value: object) -> bool:
    """Whether *value* is ``false`` or ``"false"``; 0 and what is absent are not."""
    return value is False or value == "false"
