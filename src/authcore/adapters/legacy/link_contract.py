"""
Requests and answers of account linking in the legacy HTTP API, exactly as in docs/legacy-api.yaml.

Every answer is checked against its request.  An answer to a match about another account is a
refusal, as nothing was written.  An answer about another account to a request that writes is
unusable: the legacy system may have written something.
"""

import re
from typing import Final

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy.contract_json import (
    mismatch,
    object_in,
    off_contract,
    sendable,
    to_json,
)
from authcore.adapters.legacy.user_contract import (
    MAX_DISPLAY_NAME_LENGTH,
    MAX_EMAIL_LENGTH,
    MAX_ID_LENGTH,
    MAX_IDENTITY_LENGTH,
    MAX_USERNAME_LENGTH,
    account_in,
    is_address,
    is_same_name,
    open_account_in,
)
from authcore.domain.errors import (
    AccountLockedError,
    AccountNotFoundError,
    AccountTakenError,
    AmbiguousAccountError,
    LinkRejectedError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount


MATCH_PATH: Final = "/api/cognito_helper/match"
ATTACH_PATH: Final = "/api/cognito_helper/attach"
DETACH_PATH: Final = "/api/cognito_helper/detach"
CREATE_PATH: Final = "/api/create_legacy_account"

MAX_LINK_ANSWER_BYTES: Final = 8192
"""Enough for three users with the longest texts in UTF-8."""

MAX_PROVIDER_LENGTH: Final = 32
"""Characters; Cognito's limit."""

_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_MATCHES: Final = frozenset({"status", "by_cognito_id", "by_identity", "by_email"})


def match_request(query: AccountQuery) -> bytes:
    """
    The body of a match request.

    Raises:
        LinkRejectedError: An id is outside the limits of the contract.
    """
    email = query.email
    return to_json(
        {
            "cognito_id": _cognito_id(query.cognito_id),
            "identity": _identity(query.identity),
            "email": email if email is not None and _is_sendable_address(email) else None,
        }
    )


def match_answer(answer: HttpAnswer, query: AccountQuery) -> AccountMatches:
    """
    The accounts that were found.

    Raises:
        AmbiguousAccountError: The legacy system answers that several accounts match.

        AccountMismatchError: A match is not one of *query*.

        LegacyUnavailableError: Any other answer.
    """
    said = object_in(answer, MAX_LINK_ANSWER_BYTES)
    if said == {"status": "ambiguous"}:
        raise AmbiguousAccountError("several legacy accounts match")
    if said.keys() != _MATCHES or said["status"] != "matches":
        off_contract("another status or other members", "status")
    matches = AccountMatches(
        by_cognito_id=_user_or_none(said["by_cognito_id"]),
        by_identity=_user_or_none(said["by_identity"]),
        by_email=_user_or_none(said["by_email"]),
    )
    if not _is_consistent(matches):
        off_contract("one account with two descriptions", "account")
    return matches if _answers(query, matches) else mismatch()


def attach_request(legacy_uid: str, cognito_id: str, *, reset_access: bool) -> bytes:
    """
    The body of an attach request.

    Raises:
        AccountNotFoundError: No account can have such an id.

        LinkRejectedError: No user can have such a ``sub``.
    """
    if not sendable(legacy_uid, MAX_ID_LENGTH):
        raise AccountNotFoundError("no account has such an id")
    return to_json(
        {
            "userid": legacy_uid,
            "cognito_id": _cognito_id(cognito_id),
            "reset_access": reset_access,
        }
    )


def attach_answer(answer: HttpAnswer, legacy_uid: str, cognito_id: str) -> LegacyAccount:
    """
    The account with its Cognito id.

    Raises:
        AccountNotFoundError, AccountTakenError, AccountLockedError: The legacy system says so.

        LegacyUnavailableError: Any other answer.
    """
    said = object_in(answer, MAX_LINK_ANSWER_BYTES)
    if said == {"status": "not_found"}:
        raise AccountNotFoundError("the legacy system has no such account")
    if said == {"status": "locked"}:
        raise AccountLockedError("the legacy system locked the account")
    account = open_account_in(_require_user(said, "attached"))
    if (account.legacy_uid, account.cognito_id) != (legacy_uid, cognito_id):
        off_contract("an answer about another account; the id may be attached now", "account")
    return account


def detach_request(legacy_uid: str, cognito_id: str) -> bytes:
    """
    The body of a detach request.

    Raises:
        AccountNotFoundError: No account can have such an id.

        LinkRejectedError: No user can have such a ``sub``.
    """
    if not sendable(legacy_uid, MAX_ID_LENGTH):
        raise AccountNotFoundError("no account has such an id")
    return to_json({"userid": legacy_uid, "cognito_id": _cognito_id(cognito_id)})


def detach_answer(answer: HttpAnswer, legacy_uid: str) -> LegacyAccount:
    """
    The account without a Cognito id.

    Raises:
        AccountNotFoundError, AccountTakenError: The legacy system says so.

        LegacyUnavailableError: Any other answer.
    """
    said = object_in(answer, MAX_LINK_ANSWER_BYTES)
    if said == {"status": "not_found"}:
        raise AccountNotFoundError("the legacy system has no such account")
    account = account_in(_require_user(said, "detached"))
    if (account.legacy_uid, account.cognito_id) != (legacy_uid, None):
        off_contract("an answer about another account; the id may be gone now", "account")
    return account


def create_request(account: NewLegacyAccount) -> bytes:
    """
    The body of a create request.  Names and addresses that are too long are left out, not cut.

    Raises:
        LinkRejectedError: An id is outside the limits of the contract.
    """
    email = account.email if account.email and _is_sendable_address(account.email) else None
    return to_json(
        {
            "cognito_id": _cognito_id(account.cognito_id),
            "identity": _identity(account.identity),
            "username": _text_or_none(account.username, MAX_USERNAME_LENGTH),
            "email": email,
            "email_verified": account.email_verified and email is not None,
            "display_name": _text_or_none(account.display_name, MAX_DISPLAY_NAME_LENGTH),
        }
    )


def create_answer(answer: HttpAnswer, cognito_id: str) -> LegacyAccount:
    """
    The account that was created, or existed for the same Cognito id or key.

    Raises:
        AccountTakenError: The answer of the legacy system.

        LegacyUnavailableError: Any other answer.
    """
    account = account_in(_require_user(object_in(answer, MAX_LINK_ANSWER_BYTES), "created"))
    if account.cognito_id != cognito_id:
        off_contract("an answer about another account; the account may exist now", "account")
    return account


def idempotency_key(key: str) -> str:
    """
    *key* as the value of a header.

    Raises:
        LinkRejectedError: *key* is not 1 to 255 visible ASCII characters.
    """
    if not _KEY.fullmatch(key):
        raise LinkRejectedError("no header can carry this idempotency key")
    return key


def _answers(query: AccountQuery, matches: AccountMatches) -> bool:
    mine, identified, addressed = matches.by_cognito_id, matches.by_identity, matches.by_email
    return (
        (mine is None or mine.cognito_id == query.cognito_id)
        and (identified is None or query.identity is not None)
        and (addressed is None or (query.email or "") != "")
        and (addressed is None or is_same_name(query.email or "", addressed.email))
    )


def _is_consistent(matches: AccountMatches) -> bool:
    """Whether an account that was found twice is the same both times."""
    ways = (matches.by_cognito_id, matches.by_identity, matches.by_email)
    accounts = {account for account in ways if account is not None}
    return len(accounts) == len({account.legacy_uid for account in accounts})


def _user_or_none(user: object) -> LegacyAccount | None:
    return None if user is None else account_in(user)


def _require_user(said: dict[str, object], yes: str) -> object:
    if said == {"status": "taken"}:
        raise AccountTakenError("one of the two is linked to another account already")
    if said.keys() != {"status", "user"} or said["status"] != yes:
        off_contract("another status or other members", "status")
    return said["user"]


def _cognito_id(subject: str) -> str:
    if not sendable(subject, MAX_ID_LENGTH):
        raise LinkRejectedError("no user has such a sub")
    return subject


def _identity(identity: ExternalIdentity | None) -> dict[str, str] | None:
    if identity is None:
        return None
    if not (
        sendable(identity.provider_name, MAX_PROVIDER_LENGTH)
        and sendable(identity.user_id, MAX_IDENTITY_LENGTH)
    ):
        raise LinkRejectedError("the identity is too long for the legacy API")
    return {"provider": identity.provider_name, "user_id": identity.user_id}


def _text_or_none(value: str | None, longest: int) -> str | None:
    return value if value is not None and sendable(value, longest) else None


def _is_sendable_address(email: str) -> bool:
    return sendable(email, MAX_EMAIL_LENGTH) and is_address(email)
