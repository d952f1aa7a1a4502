"""
The GET forms of the original legacy system, and their answers.

=============================================  ===================================================
``/api/cognito_helper``                        look-up
``?provider=…&user_id=…``                      ``{"success": 1, "user": {"id": …, "username": …}}``
                                               or ``{"success": 0}``
``/api/create_legacy_account``                 creation
``?<provider>_uid&name&username&email&pw``     ``{"status": "created", "userid": …}``
                                               or ``{"status": "failed"}``
``/api/cognito_helper``                        attachment
``?cognito_id=…&user_id=…``                    ``{"success": 1}`` or ``{"success": 0}``
=============================================  ===================================================
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, urlencode

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy.contract_json import object_in, off_contract, sendable, text
from authcore.adapters.legacy.user_contract import (
    MAX_DISPLAY_NAME_LENGTH,
    MAX_EMAIL_LENGTH,
    MAX_ID_LENGTH,
    MAX_IDENTITY_LENGTH,
    MAX_USERNAME_LENGTH,
)
from authcore.domain.errors import AccountNotFoundError, LinkRejectedError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import NewLegacyAccount


MAX_FORM_ANSWER_BYTES: Final = 1024

_HELPER: Final = "/api/cognito_helper"
_CREATE: Final = "/api/create_legacy_account"
_PROVIDER: Final = re.compile(r"[A-Za-z][A-Za-z0-9]{0,31}")


def lookup_form(identity: ExternalIdentity | None) -> str:
    """
    Path and query of a look-up by identity.

    Raises:
        LinkRejectedError: A value does not fit the form.
    """
    provider, user_id = _identity_fields(identity)
    return _form(_HELPER, {"provider": provider, "user_id": user_id})


def read_found_account(answer: HttpAnswer) -> LegacyAccount | None:
    """
    The account that was found, without address, Cognito id and lock; None if there is none.

    Raises:
        LegacyUnavailableError: Any other than the two answers above.
    """
    said = object_in(answer, MAX_FORM_ANSWER_BYTES)
    if not _success(said, yes={"user"}):
        return None
    user = said["user"]
    if not isinstance(user, dict) or user.keys() != {"id", "username"}:
        off_contract("a user with other members", "user")
    return LegacyAccount(
        legacy_uid=text(user, "id", MAX_ID_LENGTH),
        username=text(user, "username", MAX_USERNAME_LENGTH),
        email=None,
        email_verified=False,
        display_name=None,
    )


def creation_form(account: NewLegacyAccount, password: str) -> str:
    """
    Path and query of a creation.

    An unverified address is left out, as the form cannot mark it as such.

    Raises:
        LinkRejectedError: A value does not fit the form.
    """
    provider, user_id = _identity_fields(account.identity)
    email = account.email if account.email_verified else None
    return _form(
        _CREATE,
        {
            f"{provider.lower()}_uid": user_id,
            "name": _require_sendable(account.display_name or "", MAX_DISPLAY_NAME_LENGTH),
            "username": _require_sendable(account.username, MAX_USERNAME_LENGTH),
            "email": _require_sendable(email or "", MAX_EMAIL_LENGTH),
            "pw": password,
        },
    )


def read_created_id(answer: HttpAnswer) -> str | None:
    """
    The id of the new account, which is not attached yet; None if the creation was refused.

    Raises:
        LegacyUnavailableError: Any other than the two answers above.
    """
    said = object_in(answer, MAX_FORM_ANSWER_BYTES)
    if said == {"status": "failed"}:
        return None
    if said.keys() != {"status", "userid"} or said["status"] != "created":
        off_contract("another status or other members", "status")
    return text(said, "userid", MAX_ID_LENGTH)


def attachment_form(legacy_uid: str, cognito_id: str) -> str:
    """
    Path and query of an attachment.

    Raises:
        AccountNotFoundError: No account can have such an id.

        LinkRejectedError: No user can have such a ``sub``.
    """
    if not sendable(legacy_uid, MAX_ID_LENGTH):
        raise AccountNotFoundError("no account has such an id")
    if not sendable(cognito_id, MAX_ID_LENGTH):
        raise LinkRejectedError("no user has such a sub")
    return _form(_HELPER, {"cognito_id": cognito_id, "user_id": legacy_uid})


def was_attached(answer: HttpAnswer) -> bool:
    """
    Whether the id was written.

    Raises:
        LegacyUnavailableError: Any other than the two answers above.
    """
    return _success(object_in(answer, MAX_FORM_ANSWER_BYTES), yes=set())


def _identity_fields(identity: ExternalIdentity | None) -> tuple[str, str]:
    if identity is None:
        raise LinkRejectedError("the seed's forms cannot say this: a user without an identity")
    if not _PROVIDER.fullmatch(identity.provider_name) or not identity.user_id:
        raise LinkRejectedError("the seed's forms cannot say this: such an identity")
    return identity.provider_name, _require_sendable(identity.user_id, MAX_IDENTITY_LENGTH)


def _require_sendable(value: str, longest: int) -> str:
    if value and not sendable(value, longest):
        raise LinkRejectedError("the seed's forms cannot say this: such a text")
    return value


def _form(path: str, fields: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(fields, quote_via=quote, safe='')}"


def _success(said: Mapping[str, object], *, yes: set[str]) -> bool:
    value = said.get("success")
    if type(value) is not int or value not in {0, 1}:
        off_contract("success is neither 1 nor 0", "success")
    if said.keys() != ({"success", *yes} if value else {"success"}):
        off_contract("other members", "success")
    return value == 1
