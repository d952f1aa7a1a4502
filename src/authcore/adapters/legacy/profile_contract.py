"""Requests and answers about profiles, exactly as in docs/legacy-api.yaml."""

from collections.abc import Mapping, Sequence
from typing import Final

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy.contract_json import (
    mismatch,
    object_in,
    off_contract,
    sendable,
    text,
    text_or_none,
    to_json,
)
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
from authcore.adapters.legacy.user_contract import MAX_ID_LENGTH, account_in
from authcore.domain.model.accounts import MAX_PROFILES, DeletedAccount, LegacyAccount


PROFILES_PATH: Final = "/api/cognito_helper/profiles"

_MEMBERS: Final = frozenset({"status", "users", "deleted"})
_DELETED: Final = frozenset({"userid", "cognito_id"})

Account = LegacyAccount | DeletedAccount


def known_ids(legacy_uids: Sequence[str]) -> tuple[str, ...]:
    """
    Those of *legacy_uids* that an account can have, each once.

    Raises:
        ValueError: More than MAX_PROFILES.
    """
    if len(legacy_uids) > MAX_PROFILES:
        raise ValueError("more ids than one call may ask for")
    return tuple({uid: None for uid in legacy_uids if sendable(uid, MAX_ID_LENGTH)})


def profiles_request(legacy_uids: Sequence[str]) -> bytes:
    """The body of a request for the accounts with these ids."""
    return to_json({"userids": [*legacy_uids]})


def profiles_answer(answer: HttpAnswer, legacy_uids: Sequence[str]) -> Mapping[str, Account]:
    """
    The accounts by id.

    Raises:
        AccountMismatchError: An account was not asked for.

        LegacyUnavailableError: Any other answer, and one that tells of an account twice.
    """
    said = object_in(answer, MAX_PAGE_BYTES)
    if said.keys() != _MEMBERS or said["status"] != "profiles":
        off_contract("another status or other members", "status")
    users = [account_in(each) for each in _list(said["users"], "users")]
    accounts: list[Account] = [
        *users,
        *(_read_deleted(each) for each in _list(said["deleted"], "deleted")),
    ]
    by_id = {each.legacy_uid: each for each in accounts}
    if len(by_id) != len(accounts):
        off_contract("an account twice", "account")
    return by_id if by_id.keys() <= {*legacy_uids} else mismatch()


def _list(value: object, member: str) -> list[object]:
    if not isinstance(value, list) or len(value) > MAX_PROFILES:
        off_contract("no list, or too long a one", member)
    return value


def _read_deleted(value: object) -> DeletedAccount:
    if not isinstance(value, dict) or value.keys() != _DELETED:
        off_contract("a deleted user with other members", "deleted")
    return DeletedAccount(
        legacy_uid=text(value, "userid", MAX_ID_LENGTH),
        cognito_id=text_or_none(value, "cognito_id", MAX_ID_LENGTH),
    )
