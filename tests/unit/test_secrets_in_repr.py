"""What values show of themselves: one canary in every text of every attrs class."""

import importlib
import pkgutil
import re
import types
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NewType, Union, get_args, get_origin

import attrs
import pytest

import authcore.adapters.cookies
import authcore.adapters.jwks
import authcore.adapters.sealing
import authcore.domain
import authcore_guard.denials
import authcore_guard.guarded_request
import authcore_guard.request_guard
from authcore.adapters.cookies.chunking import Series
from authcore.adapters.cookies.sealed_session import _Opened
from authcore.adapters.cookies.set_cookie import CookieScope
from authcore.adapters.jwks.fetch_backoff import FetchFailure
from authcore.adapters.jwks.key_set import PublishedKey
from authcore.domain.model.accounts import AccountPage, DeletedAccount, LegacyAccount
from authcore.domain.model.app_client import AppClient
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.brand import Brand
from authcore.domain.model.challenges import Challenge, Choice
from authcore.domain.model.connecting import ConnectTicket
from authcore.domain.model.directory import DirectoryPage, DirectoryUser, ExternalIdentity
from authcore.domain.model.groups import Requirement
from authcore.domain.model.link_audit import (
    AccountLink,
    AccountLinks,
    RepairResult,
    UserLink,
    UserLinks,
)
from authcore.domain.model.link_proofs import Refusal, Voucher
from authcore.domain.model.linking import (
    AccountQuery,
    LinkOutcome,
    LinkPolicy,
    NewLegacyAccount,
    PoolAccount,
)
from authcore.domain.model.moved_account import MovedAccount
from authcore.domain.model.pending_challenge import PendingChallenge
from authcore.domain.model.profiles import SyncResult
from authcore.domain.model.reasons import Reason
from authcore.domain.model.response_budget import ResponseBudget
from authcore.domain.model.session import SignInAttempt, User
from authcore.domain.model.session_decision import Admitted, SignInRequired
from authcore.domain.model.shadow import Prediction
from authcore.domain.model.tokens import Actor
from authcore.domain.model.user_mapping import UserMapping
from authcore.domain.services.accounts.profile_survey import ProfileDifference, SurveyPage
from authcore.domain.services.accounts.profile_webhooks import Receipt
from authcore.domain.services.sessions.sign_out_everywhere import EndedUser
from authcore.domain.services.sign_in.authorization import AuthorizationError
from authcore_guard.request_guard import Deny, GuardedRequest
from unit.doctor_reprs import SHOWN_BY_DOCTOR
from unit.move_reprs import SHOWN_BY_MOVES
from unit.readiness_reprs import SHOWN_BY_READINESS


SHOWN: Final[Mapping[type, frozenset[str]]] = {
    **SHOWN_BY_DOCTOR,
    **SHOWN_BY_MOVES,
    **SHOWN_BY_READINESS,
    AccountPage: frozenset({"next"}),
    AppClient: frozenset(
        {"authorize_url", "client_id", "issuer", "providers", "redirect_uri", "scopes"}
    ),
    AuditEvent: frozenset(
        {
            *("action", "actor", "caller", "detail", "legacy_uid", "other_subject", "reason"),
            *("attempt", "next_attempt", "old_pool", "reference", "subject", "token_request"),
        }
    ),
    AccountLink: frozenset({"cognito_id", "legacy_uid"}),
    AccountLinks: frozenset({"next"}),
    AccountQuery: frozenset({"cognito_id"}),
    Admitted: frozenset({"reason"}),
    AuthorizationError: frozenset({"reason"}),
    Brand: frozenset({"accent", "accent_on_dark", "name", "support_url"}),
    Challenge: frozenset({"available"}),
    Choice: frozenset({"factor"}),
    ConnectTicket: frozenset({"attempt", "client", "subject"}),
    CookieScope: frozenset({"domain"}),
    DeletedAccount: frozenset({"cognito_id", "legacy_uid"}),
    DirectoryPage: frozenset({"next"}),
    DirectoryUser: frozenset({"status", "subject", "username"}),
    EndedUser: frozenset({"legacy_uid", "subject"}),
    ExternalIdentity: frozenset({"issuer", "provider_name", "provider_type"}),
    FetchFailure: frozenset({"detail", "reason"}),
    LegacyAccount: frozenset({"cognito_id", "legacy_uid"}),
    LinkOutcome: frozenset({"legacy_uid", "reason"}),
    LinkPolicy: frozenset({"email_providers", "issuers"}),
    Reason: frozenset({"actions", "code", "operator", "user"}),
    Receipt: frozenset({"reason"}),
    Refusal: frozenset({"legacy_uid", "reason"}),
    Voucher: frozenset({"legacy_uid", "run_id"}),
    ResponseBudget: frozenset({"cookie_prefix"}),
    RepairResult: frozenset({"legacy_uid", "reason", "subject"}),
    MovedAccount: frozenset({"cognito_id", "legacy_uid"}),
    NewLegacyAccount: frozenset({"cognito_id"}),
    PendingChallenge: frozenset({"attempt", "client"}),
    PoolAccount: frozenset({"legacy_uid", "subject", "username"}),
    ProfileDifference: frozenset({"legacy_uid", "reason", "subject"}),
    PublishedKey: frozenset({"kid"}),
    Deny: frozenset({"body", "reason"}),
    Prediction: frozenset({"reason"}),
    Series: frozenset({"name"}),
    SignInAttempt: frozenset({"client", "provider", "state_digest"}),
    SignInRequired: frozenset({"detail", "reason"}),
    Requirement: frozenset({"names"}),
    SurveyPage: frozenset({"next"}),
    SyncResult: frozenset({"legacy_uid", "subject", "written"}),
    User: frozenset({"actor", "groups", "legacy_uid", "pool", "roles", "subject", "username"}),
    UserMapping: frozenset({"claims", "pool", "roles"}),
    Actor: frozenset({"client_id", "issuer", "subject"}),
    UserLink: frozenset({"legacy_uid", "subject"}),
    UserLinks: frozenset({"next"}),
    GuardedRequest: frozenset(
        {
            *("accept", "fetch_mode", "method", "origin", "path"),
            *("preflight_headers", "preflight_method", "purpose", "raw_path", "root_path"),
        }
    ),
    _Opened: frozenset({"generation"}),
}
"""The texts that a repr shows: ids, names of things, and what an operator looks for."""

PACKAGES: Final = (
    authcore.domain,
    authcore.adapters.cookies,
    authcore.adapters.jwks,
    authcore.adapters.sealing,
)


def _modules() -> Iterator[types.ModuleType]:
    yield authcore_guard.denials
    yield authcore_guard.guarded_request
    yield authcore_guard.request_guard
    for package in PACKAGES:
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(module.name)


def _classes() -> Iterator[type]:
    for module in _modules():
        for found in vars(module).values():
            if isinstance(found, type) and found.__module__ == module.__name__ and attrs.has(found):
                yield found


CLASSES: Final = sorted(_classes(), key=lambda found: found.__qualname__)
VALUES: Final = [found for found in CLASSES if "__repr__" in vars(found)]
SERVICES: Final = [
    found
    for found in CLASSES
    if any("authcore.ports" in str(each.type) for each in attrs.fields(found))
]


def _build(kind: Any) -> Any:
    attrs.resolve_types(kind)
    return kind(
        **{
            field.alias: _fill(field.type, f"{kind.__name__}.{field.name}")
            for field in attrs.fields(kind)
            if field.init
        }
    )


PLAIN: Final[Mapping[Any, Any]] = {
    bool: False,
    int: 1,
    float: 1.0,
    datetime: datetime(2026, 1, 1, tzinfo=UTC),
    timedelta: timedelta(seconds=1),
}


def _fill(kind: Any, label: str) -> Any:
    """A value of *kind* with a canary in every text."""
    if isinstance(kind, NewType):
        return _fill(kind.__supertype__, label)
    if kind in (str, object, Any):
        return f"canary:{label};"
    if kind is bytes:
        return f"canary:{label};".encode()
    if kind in PLAIN:
        return PLAIN[kind]
    if isinstance(kind, type) and attrs.has(kind):
        return _build(kind)
    return _fill_generic(kind, label)


def _fill_generic(kind: Any, label: str) -> Any:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return arguments[0]
    if origin in (Union, types.UnionType):
        return _fill(arguments[0], label)
    if origin is tuple and arguments[-1] is not Ellipsis:
        return tuple(_fill(argument, label) for argument in arguments)
    if origin in (tuple, frozenset):
        return origin([_fill(arguments[0], label)])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"name": _fill(arguments[1], label)}
    return object()


def _find_shown(kind: type) -> set[str]:
    return set(re.findall("canary:([^;]+);", repr(_build(kind))))


OPEN: Final = {f"{kind.__name__}.{name}" for kind, names in SHOWN.items() for name in names}


def test_the_classes_are_found() -> None:
    names = {found.__name__ for found in CLASSES}
    assert {
        "TokenSet",
        "PoolAccount",
        "NewLegacyAccount",
        "Session",
        "_Opened",
        "GuardedRequest",
    } <= names
    assert len(VALUES) > 40
    assert len(SERVICES) > 5


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__qualname__)
def test_a_repr_shows_no_secret_and_nothing_personal(kind: type) -> None:
    # SP-11
    assert _find_shown(kind) <= OPEN


def test_what_may_be_shown_is_shown_somewhere() -> None:
    assert set().union(*map(_find_shown, VALUES)) == OPEN


@pytest.mark.parametrize("kind", SERVICES, ids=lambda kind: kind.__qualname__)
def test_what_holds_ports_shows_none_of_them(kind: type) -> None:
    # SP-11
    assert "__repr__" not in vars(kind)
