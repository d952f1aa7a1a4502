"""Bodies that the legacy system sends about a user's password."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore.domain.model.moved_account import (
    MAX_COGNITO_ID_LENGTH,
    MAX_LEGACY_UID_LENGTH,
    MovedAccount,
)
from authcore_web.request.body import BodyMalformedError


MAX_BODY_BYTES: Final = 4 * 1024

_NAMES: Final = frozenset(("legacy_uid", "cognito_id", "password"))


@attrs.frozen
class OldLoginRequest:
    """
    A password and the user whose it is to be.

    Attributes:
        account: As the legacy system holds it.
        password: As typed, of any length.
    """

    account: MovedAccount
    password: str = attrs.field(repr=False)


def old_login_request_in(members: Mapping[str, object]) -> OldLoginRequest:
    """
    Read *members*.

    Raises:
        BodyMalformedError: Other members than documented, or an id of no acceptable length.
    """
    if members.keys() != _NAMES:
        raise BodyMalformedError("other members than legacy_uid, cognito_id and password")
    return OldLoginRequest(
        MovedAccount(
            _text(members, "legacy_uid", MAX_LEGACY_UID_LENGTH),
            _text(members, "cognito_id", MAX_COGNITO_ID_LENGTH),
        ),
        _text(members, "password", None),
    )


def _text(members: Mapping[str, object], name: str, longest: int | None) -> str:
    value = members[name]
    if not isinstance(value, str) or not _is_unicode(value):
        raise BodyMalformedError(f"{name} is no text")
    if longest is not None and not 0 < len(value) <= longest:
        raise BodyMalformedError(f"{name} has no acceptable length")
    return value


def _is_unicode(text: str) -> bool:
    """Whether *text* has no lone surrogate, which JSON can hold and UTF-8 cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
