"""Members of JSON objects that may be missing or mistyped.  Nothing here raises."""

from collections.abc import Mapping
from typing import Any, Final


NOTHING: Final[Mapping[str, Any]] = {}


def mapping(members: object, name: str) -> Mapping[str, Any]:
    """Return the object *name* of *members*; an empty one where there is none."""
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, dict) else NOTHING


def text(members: object, name: str) -> str | None:
    """Return the text *name* of *members*; None where there is none, or an empty one."""
    value = members.get(name) if isinstance(members, dict) else None
    return value if isinstance(value, str) and value else None


def is_true(value: object) -> bool:
    """Whether *value* is ``true`` or ``"true"``: Cognito sends both, and nothing else counts."""
    return value is True or value == "true"


def is_false(value: object) -> bool:
    """Whether *value* is ``false`` or ``"false"``; 0 and what is absent are not."""
    return value is False or value == "false"
