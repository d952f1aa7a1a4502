"""Messages of the legacy system that an account changed: thin, they name the account only."""

import re
from typing import Final

from authcore.adapters.strict_json import json_object
from authcore.domain.errors import ProfileMessageError


MAX_MESSAGE_BYTES: Final = 4096
"""A message with every id that an account can have needs less than 400."""

_UID: Final = re.compile(r"[^\0-\x1f\x7f-\x9f\ud800-\udfff]{1,64}")


def read_profile_message(body: bytes) -> str:
    """
    The legacy id that *body* names.

    ``{"legacy_uid": "4711"}``, or in an envelope ``{"type": ..., "data": {"legacy_uid": "4711"}}``.
    Other members are ignored: what a message says about an account is never believed.

    Raises:
        ProfileMessageError: Not such a message.

    See: Standard Webhooks, "Payload structure".
    """
    if len(body) > MAX_MESSAGE_BYTES:
        raise ProfileMessageError("a message that is too long", detail="length")
    try:
        said = json_object(body)
    except ValueError:
        raise ProfileMessageError("a message that is no JSON object", detail="json") from None
    data = said.get("data", said)
    uid = data.get("legacy_uid") if isinstance(data, dict) else None
    if not isinstance(uid, str) or not _UID.fullmatch(uid):
        raise ProfileMessageError("a message that names no account", detail="legacy_uid")
    return uid
