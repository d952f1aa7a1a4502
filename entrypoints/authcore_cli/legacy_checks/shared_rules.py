"""Rules that all operations share: the API key, and requests that are malformed."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final

from authcore.adapters.legacy import (
    link_contract,
    listing_contract,
    login_contract,
    profile_contract,
    session_contract,
    update_contract,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.linking import AccountQuery
from authcore.domain.model.profile_updates import ProfileUpdate
from authcore_cli.legacy_checks.check import Check, OperationName, require
from authcore_cli.legacy_checks.target import LegacyTarget


PATHS: Final[Mapping[OperationName, str]] = {
    "authenticate": login_contract.LOGIN_PATH,
    "find": login_contract.LOOKUP_PATH,
    "match": link_contract.MATCH_PATH,
    "list": listing_contract.LIST_PATH,
    "profiles": profile_contract.PROFILES_PATH,
    "session": session_contract.SESSION_PATH,
    "endSession": session_contract.END_PATH,
    "create": link_contract.CREATE_PATH,
    "attach": link_contract.ATTACH_PATH,
    "detach": link_contract.DETACH_PATH,
    "update": update_contract.UPDATE_PATH,
}

MALFORMED: Final = (b"{}", b"[]", b'{"username": ', b"")


def _harmless_request(operation: OperationName, strange: str) -> bytes:
    """Give a request about *strange* that changes nothing even where the key is not checked."""
    session = session_contract.session_request(strange)
    update = ProfileUpdate(email=None, name="x")
    return {
        "authenticate": login_contract.login_request(Credentials(strange, "x")),
        "find": login_contract.lookup_request(strange),
        "match": link_contract.match_request(AccountQuery(strange, None, None)),
        "list": listing_contract.list_request(None),
        "profiles": profile_contract.profiles_request([strange]),
        "session": session,
        "endSession": session,
        "create": b"{}",
        "attach": link_contract.attach_request(strange, strange, reset_access=False),
        "detach": link_contract.detach_request(strange, strange),
        "update": update_contract.update_request(strange, strange, update) or b"{}",
    }[operation]


def shared_checks(target: LegacyTarget, operations: frozenset[OperationName]) -> Iterator[Check]:
    """Yield the checks of each of *operations*; none of them can change anything."""
    for operation, path in PATHS.items():
        if operation in operations:
            yield Check(
                f"key-{operation}",
                operation,
                "a call with a wrong API key, or with none, gets 401",
                partial(_refuses_keys, target, operation),
            )
            yield Check(
                f"malformed-{operation}",
                operation,
                "a malformed request gets no decision",
                partial(_refuses_malformed, target, path),
            )


def _refuses_keys(target: LegacyTarget, operation: OperationName) -> None:
    body = _harmless_request(operation, target.unknown())
    allowed = (400, 401) if operation == "create" else (401,)
    for key in (f"{target.api_key()}x", ""):
        status = target.post(PATHS[operation], body, key=key).status
        require(status != 200, "a call without the right API key gets status 200")
        require(status != 404, "status 404: the operation is not there")
        require(
            status in allowed, f"a call without the right API key gets status {status}, not 401"
        )


def _refuses_malformed(target: LegacyTarget, path: str) -> None:
    for body in MALFORMED:
        status = target.post(path, body).status
        require(status != 200, "a malformed request gets status 200")
        require(
            400 <= status < 500, f"a malformed request gets status {status}, not one of 400 to 499"
        )
        require(status != 401, "status 401: the legacy system does not accept the API key")
