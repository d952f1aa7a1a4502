"""
The message that a profile changed, as the legacy system sends it.

``{"type": "profile.changed", "data": {"legacy_uid": "4711"}}`` or ``{"legacy_uid": "4711"}``.  The
message is thin: it names the account and none of its values, which are read when it is applied.
Other members are ignored.

See: docs/legacy-api.yaml; Standard Webhooks 1.0.0, "Payload structure".
"""

from collections.abc import Mapping
from typing import Final

from authcore.adapters.legacy.contract_json import sendable
from authcore.adapters.legacy.user_contract import MAX_ID_LENGTH
from authcore.adapters.strict_json import json_object
from authcore.domain.errors import MessageMalformedError


TYPE: Final = "profile.changed"

MAX_MESSAGE_BYTES: Final = 16 * 1024
"""A message needs a hundred; below the 20 kB that the specification recommends."""


def legacy_uid_in(body: bytes) -> str:
    """
    Read the id of the account that changed.

    Args:
        body: At most MAX_MESSAGE_BYTES.

    Raises:
        MessageMalformedError: Not JSON, of another type, or without an id.
    """
    if len(body) > MAX_MESSAGE_BYTES:
        raise _malformed("length")
    try:
        members = json_object(body)
    except ValueError:
        raise _malformed("JSON") from None
    if members.get("type", TYPE) != TYPE:
        raise _malformed("type")
    return _id_in(members)


def _id_in(members: Mapping[str, object]) -> str:
    """Give the id in ``data``, or beside it where there is no ``data``."""
    data = members.get("data", members)
    legacy_uid = data.get("legacy_uid") if isinstance(data, dict) else None
    if not isinstance(legacy_uid, str) or not sendable(legacy_uid, MAX_ID_LENGTH):
        raise _malformed("legacy_uid")
    return legacy_uid


def _malformed(rule: str) -> MessageMalformedError:
    return MessageMalformedError("the message is none of the contract", detail=f"message {rule}")
