"""Requests and answers about changes of a profile in the pool, exactly as in legacy-api.yaml."""

from typing import Final

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy.contract_json import object_in, off_contract, sendable, to_json
from authcore.adapters.legacy.user_contract import (
    MAX_DISPLAY_NAME_LENGTH,
    MAX_EMAIL_LENGTH,
    MAX_ID_LENGTH,
    account_in,
    is_address,
)
from authcore.domain.errors import AccountLockedError, AccountNotFoundError, AccountTakenError
from authcore.domain.model.profile_updates import ProfileUpdate


UPDATE_PATH: Final = "/api/cognito_helper/update"

MAX_UPDATE_ANSWER_BYTES: Final = 8192
"""As for linking."""

_CHANGED: Final = {"updated": True, "unchanged": False}


def update_request(legacy_uid: str, cognito_id: str, update: ProfileUpdate) -> bytes | None:
    """
    The body of an update request; None where nothing of *update* fits the contract.

    A name or address that is too long is left out, not cut.

    Raises:
        AccountNotFoundError: No account can have such an id, or no user such a ``sub``.
    """
    if not (sendable(legacy_uid, MAX_ID_LENGTH) and sendable(cognito_id, MAX_ID_LENGTH)):
        raise AccountNotFoundError("no account has such an id")
    email = update.email if update.email and _is_sendable_address(update.email) else None
    name = update.name if update.name and sendable(update.name, MAX_DISPLAY_NAME_LENGTH) else None
    if email is None and name is None:
        return None
    return to_json(
        {"userid": legacy_uid, "cognito_id": cognito_id, "email": email, "display_name": name}
    )


def update_answer(answer: HttpAnswer, legacy_uid: str, cognito_id: str) -> bool:
    """
    Whether anything was written.

    Raises:
        AccountNotFoundError, AccountLockedError, AccountTakenError: The legacy system says so.

        LegacyUnavailableError: Any other answer.
    """
    said = object_in(answer, MAX_UPDATE_ANSWER_BYTES)
    if said == {"status": "not_linked"}:
        raise AccountNotFoundError("no account is linked to this user", detail="legacy account")
    if said == {"status": "locked"}:
        raise AccountLockedError("the legacy system locked the account", legacy_uid=legacy_uid)
    if said == {"status": "taken"}:
        raise AccountTakenError("another account has the address", legacy_uid=legacy_uid)
    changed = _CHANGED.get(str(said.get("status")))
    if said.keys() != {"status", "user"} or changed is None:
        off_contract("another status or other members", "status")
    account = account_in(said["user"])
    if (account.legacy_uid, account.cognito_id) != (legacy_uid, cognito_id):
        off_contract("an answer about another account, which may be written now", "account")
    return changed


def _is_sendable_address(email: str) -> bool:
    return sendable(email, MAX_EMAIL_LENGTH) and is_address(email)
