"""The doors that check sessions, driven through all that they call AWS for."""

import base64
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs
from dependency_injector import providers

from authcore.adapters.cookies.stored_session import StoredSessionJar
from authcore.adapters.coordination.dynamodb.revocations import DynamoDbRevocationList
from authcore.adapters.coordination.dynamodb.sealed_store import DynamoDbSealedStore
from authcore.adapters.sealing.envelope import KeyRing
from authcore.adapters.system import SystemEntropy
from authcore.domain.model.challenges import Code
from authcore.domain.model.session_decision import Admitted, SignInRequired
from authcore.domain.model.tokens import TokenSet
from authcore.settings import load
from authcore.testing.fakes.password_authentication import Step
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.token_endpoint import InMemoryTokenRefresher, InMemoryTokenRevoker
from authcore.testing.mint import DEFAULT_SUBJECT, TokenMint
from authcore.wiring.sessions import SessionContainer
from authcore_guard.container import guard_container
from authcore_lambda.authorizer import AuthorizerSettings, authorizer_of
from deploy.account import KEY, PASSWORD, POOL_ID, TABLE_NAME, Account
from deploy.driven_functions import LEGACY_KEY, SYNC_POLICY, federate, prepare_sync
from doors.connect_web_world import APPLE, VERIFIED, ConnectWebWorld
from doors.door_world import KeySource, environment_for, tokens_of
from doors.hook_world import KEY as HOOK_KEY
from doors.hook_world import HookWorld, written
from doors.live_web_world import CALLER_KEY, DUE, LiveWebWorld
from doors.old_login_web_world import CHANGED, VERIFY, OldLoginWebWorld
from doors.old_login_web_world import KEY as OLD_LOGIN_KEY
from doors.password_web_world import PasswordWebWorld
from doors.web_world import WebWorld
from support.gateway_events import simple_request


REAL: Final = ("old_login", "pool_users", "profile_sync", "replay_cache", "revocations", "texts")
"""Parts of the worlds that stand for what is in the account here."""


SECRETS: Final = ("GUARD_CALLER_KEY", "OLD_LOGIN_CALLER_KEYS", "VERIFY_CALLER_KEYS", "WEBHOOK_KEYS")
LEGACY_SESSIONS: Final = {"LEGACY_SESSIONS_COOKIE": "old_session"}
SHARED: Final = ("AUTHCORE_COGNITO_ENDPOINT_URL", "AUTHCORE_LEGACY_URL")


class _InAccount(WebWorld):
    """
    Mixed into a world of the auth service: pool and table are those of an account.

    Two worlds in one account would name what they keep in the table alike.
    """

    def parts(self) -> dict[str, Any]:
        return {name: part for name, part in super().parts().items() if name not in REAL}


class _Live(_InAccount, LiveWebWorld):
    pass


class _Connect(_InAccount, ConnectWebWorld):
    pass


class _OldLogin(_InAccount, OldLoginWebWorld):
    pass


class _Hooks(_InAccount, HookWorld):
    pass


class _OwnPage(_InAccount, PasswordWebWorld):
    pass


def drive_sign_ins(account: Account) -> None:
    world = _Live(**_given(account, VERIFY_CALLER_KEYS=f"cms={CALLER_KEY}"))
    for end in (world.press_sign_out, world.provider.forget_all):
        world.sign_in()
        world.clock.advance(DUE)
        assert world.visit("/auth/session").status == 200
        end()
        world.clock.advance(DUE)
        assert world.visit("/auth/session").status == 401


def drive_connecting(account: Account) -> None:
    world = _Connect(**_given(account))
    subject = account.enrol("jane", **VERIFIED, **{"custom:legacy_uid": "1847"})
    world.native = attrs.evolve(world.native, subject=subject)
    world.external = attrs.evolve(world.external, subject=federate(account, APPLE, **VERIFIED))
    world.sign_in_with_apple()
    world.sign_in_as()
    answer = world.press()
    assert answer.status == 303, world.audit.events


def drive_old_login(account: Account) -> None:
    world = _OldLogin(**_given(account, OLD_LOGIN_CALLER_KEYS=f"legacy={OLD_LOGIN_KEY}"))
    native = account.enrol("finn", **{"custom:legacy_uid": "6"})
    external = federate(account, APPLE)
    for subject in (native, external):
        members = {"legacy_uid": "6", "cognito_id": subject, "password": PASSWORD}
        for path in (VERIFY, CHANGED):
            world.ask(path, members)


def drive_webhooks(account: Account) -> None:
    prepare_sync(account)
    names = {name.removeprefix("AUTHCORE_"): text for name, text in SYNC_POLICY.items()}
    world = _Hooks(**_given(account, **names, WEBHOOK_KEYS=written(HOOK_KEY)))
    for uid in ("1", "2", "3", "4", "5", "5"):
        body = f'{{"type":"profile.changed","data":{{"legacy_uid":"{uid}"}}}}'.encode()
        answer = world.send(world.signed(body, message_id=f"msg_{uid}"), body)
        assert answer.status == 200, answer.text


def drive_own_page(account: Account) -> None:
    steps = [Step("SOFTWARE_TOKEN_MFA", Code("123456"), {})]
    given: dict[str, Any] = dict(_given(account))
    world = _OwnPage(steps=steps, **given)
    world.type_in()
    world.answer(code="123456")
    assert world.signed_in


def _given(account: Account, **changes: str) -> dict[str, str]:
    """
    Give the variables of a door in *account*, without their prefix.

    Args:
        account: Where everything is.

        changes: Further ones; those that may be secrets are put into Secrets Manager.
    """
    secrets = {name: changes.pop(name) for name in SECRETS if name in changes}
    texts = {
        "AUTHCORE_COOKIE_KEYS": KEY,
        "AUTHCORE_SIGN_IN_CLIENT_SECRET": account.managed_secret,
        **{f"AUTHCORE_{name}": text for name, text in secrets.items()},
    }
    variables = {
        **{name: account.variables[name] for name in SHARED},
        **account.with_secrets(LEGACY_KEY, **texts),
    }
    return {
        **{name.removeprefix("AUTHCORE_"): text for name, text in variables.items()},
        "COGNITO_USER_POOL_ID": POOL_ID,
        "COOKIE_FORMAT": "stored",
        "STORE_TABLE": TABLE_NAME,
        "REVOCATIONS_KEPT_IN": "table",
        **changes,
    }


def drive_guard(account: Account) -> None:
    """Check sessions, refresh them at Cognito, and end one."""
    _drive_guard(account, GUARD_REFRESH="direct")


def drive_guard_of_a_service(account: Account) -> None:
    """The same with an auth service that refreshes."""
    _drive_guard(account, GUARD_REFRESH="service", GUARD_CALLER_KEY=CALLER_KEY)


def _drive_guard(account: Account, **changes: str) -> None:
    clock = FrozenClock()
    mint = TokenMint(clock=clock)
    given = _given(account, **LEGACY_SESSIONS, **changes)
    container = guard_container(environment_for(mint, **given))
    container.guard_refresher()
    provider = InMemoryTokenRefresher(clock)
    _exchange_network(container, mint, clock)
    container.override_providers(
        guard_refresher=providers.Object(provider),
        guard_revoker=providers.Object(InMemoryTokenRevoker(provider)),
    )
    cookies = _cookies_of(account, provider, lambda: tokens_of(mint))
    guard = container.browser_guard()
    for _ in ("as it was", "refreshed"):
        assert isinstance(guard.decide(cookies).decision, Admitted)
        clock.advance(DUE)
    provider.forget_all()
    assert isinstance(guard.decide(cookies).decision, SignInRequired)

    begun = clock.now()

    def revoke_when_refreshed() -> TokenSet:
        if clock.now() > begun:
            revocations = DynamoDbRevocationList(
                client=account.table, table=TABLE_NAME, clock=clock
            )
            revocations.revoke_user(DEFAULT_SUBJECT, signed_in_until=begun, until=begun + 2 * DUE)
        return tokens_of(mint)

    cookies = _cookies_of(account, provider, revoke_when_refreshed)
    clock.advance(DUE)
    assert isinstance(guard.decide(cookies).decision, SignInRequired)


def drive_authorizer(account: Account) -> None:
    """Check a session and an access token."""
    clock = FrozenClock()
    mint = TokenMint(clock=clock)
    given = environment_for(mint, **_given(account, **LEGACY_SESSIONS))
    settings = load(AuthorizerSettings, given)
    container = SessionContainer(settings=settings)
    _exchange_network(container, mint, clock)
    authorizer = authorizer_of(container, settings)
    cookies = _cookies_of(account, InMemoryTokenRefresher(clock), lambda: tokens_of(mint))
    shown = (("authorization", f"Bearer {mint.access()}"),)
    for event in (simple_request(cookies=cookies), simple_request(headers=shown)):
        assert authorizer(event)["isAuthorized"]
    clock.advance(2 * DUE)
    assert not authorizer(simple_request(cookies=cookies))["isAuthorized"]


def _exchange_network(container: SessionContainer, mint: TokenMint, clock: FrozenClock) -> None:
    container.override_providers(
        clock=providers.Object(clock),
        entropy=providers.Object(SystemEntropy()),
        fetcher=providers.Object(KeySource(mint)),
    )


def _cookies_of(
    account: Account, provider: InMemoryTokenRefresher, make: Callable[[], TokenSet]
) -> str:
    """Store a session as the auth service does, with calls that are not the door's."""
    clock = FrozenClock()
    jar = StoredSessionJar(
        texts=DynamoDbSealedStore(client=account.table, table=TABLE_NAME, clock=clock),
        ring=KeyRing((base64.b64decode(KEY),)),
        domain="example.com",
        lifetime=timedelta(days=30),
        clock=clock,
        entropy=SystemEntropy(),
    )
    tokens = provider.sign_in(lambda token: attrs.evolve(make(), refresh_token=token))
    return "; ".join(value.partition(";")[0] for value in jar.write(tokens))
