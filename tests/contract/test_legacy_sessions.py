"""Legacy sessions: in memory, behind the legacy HTTP API, and known to the application itself."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.http import HttpAnswer, HttpClient
from authcore.adapters.legacy import session_contract as contract
from authcore.adapters.legacy.callable_sessions import CallableLegacySessions, CallableLegacySignOut
from authcore.adapters.legacy.http_sessions import HttpLegacySessions
from authcore.adapters.legacy.session_cookie import (
    MAX_SESSION_LENGTH,
    MAX_SESSIONS_ENDED,
    LegacyCookie,
)
from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.urls import service_url
from authcore.testing.contracts.legacy_sessions import LegacySessionsContract, LegacySignOutContract
from authcore.testing.fakes.legacy_sessions import InMemoryLegacySessions, InMemoryLegacySignOut
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE


API_KEY: Final = "key-of-the-session-tests"
COOKIE: Final = LegacyCookie("sessionid", "example.com")
EMMA: Final = LegacyAccount(
    legacy_uid="1815",
    username="emma",
    email="emma@highbury.example",
    email_verified=True,
    display_name="Emma Woodhouse",
    cognito_id=None,
)
SEED: Final = SeedUser(
    username="emma",
    password="Handsome-clever-rich",
    email="emma@highbury.example",
    email_verified=True,
    display_name="Emma Woodhouse",
    userid="1815",
)


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[tuple[LegacySystem, str]]:
    legacy = LegacySystem([SEED], API_KEY)
    with LoopbackServer(legacy.app) as server:
        yield legacy, server.url


@pytest.fixture(name="legacy")
def _legacy(server: tuple[LegacySystem, str]) -> Iterator[LegacySystem]:
    yield server[0]
    server[0].behave("honest")


@pytest.fixture(name="over_http")
def _over_http(server: tuple[LegacySystem, str]) -> Iterator[HttpLegacySessions]:
    within, longest = AMPLE, contract.MAX_SESSION_ANSWER_BYTES
    with closing(HttpClient(within=within, max_bytes=longest)) as http:
        yield HttpLegacySessions(
            http=http, base_url=service_url(server[1]), api_key=API_KEY, cookie=COOKIE
        )


@attrs.define
class Application:
    """An application that keeps sessions itself."""

    sessions: dict[str, LegacyAccount] = attrs.field(factory=dict)
    is_up: bool = True

    def look_up(self, session: str) -> LegacyAccount | None:
        return self._known().get(session)

    def end(self, session: str) -> None:
        self._known().pop(session, None)

    def _known(self) -> dict[str, LegacyAccount]:
        if not self.is_up:
            raise ConnectionError(f"lost while asking about {sorted(self.sessions)}")
        return self.sessions

    def sign_in(self) -> str:
        session = f"session-{len(self.sessions)}"
        self.sessions[session] = EMMA
        return f"sessionid={session}"

    def go_down(self) -> None:
        self.is_up = False


def session_in(header: str) -> str:
    return header.partition("=")[2]


class TestInMemoryLegacySessions(LegacySessionsContract):
    @pytest.fixture
    def sessions(self) -> InMemoryLegacySessions:
        return InMemoryLegacySessions()

    @pytest.fixture
    def account(self) -> LegacyAccount:
        return EMMA

    @pytest.fixture
    def sign_in(self, sessions: InMemoryLegacySessions) -> Callable[[], str]:
        return lambda: sessions.open(EMMA)

    @pytest.fixture
    def sign_out(self, sessions: InMemoryLegacySessions) -> Callable[[str], None]:
        return sessions.close

    @pytest.fixture
    def outage(self, sessions: InMemoryLegacySessions) -> Callable[[], None]:
        return lambda: setattr(sessions, "available", False)


class TestHttpLegacySessions(LegacySessionsContract):
    @pytest.fixture
    def sessions(self, over_http: HttpLegacySessions) -> HttpLegacySessions:
        return over_http

    @pytest.fixture
    def account(self) -> LegacyAccount:
        return EMMA

    @pytest.fixture
    def sign_in(self, legacy: LegacySystem) -> Callable[[], str]:
        return lambda: f"sessionid={legacy.open_session(EMMA.legacy_uid)}"

    @pytest.fixture
    def sign_out(self, legacy: LegacySystem) -> Callable[[str], None]:
        return lambda header: legacy.end_session(session_in(header))

    @pytest.fixture
    def outage(self, legacy: LegacySystem) -> Callable[[], None]:
        return lambda: legacy.behave("down")


class TestCallableLegacySessions(LegacySessionsContract):
    @pytest.fixture
    def application(self) -> Application:
        return Application()

    @pytest.fixture
    def sessions(self, application: Application) -> CallableLegacySessions:
        return CallableLegacySessions(cookie=COOKIE, look_up=application.look_up)

    @pytest.fixture
    def account(self) -> LegacyAccount:
        return EMMA

    @pytest.fixture
    def sign_in(self, application: Application) -> Callable[[], str]:
        return application.sign_in

    @pytest.fixture
    def sign_out(self, application: Application) -> Callable[[str], None]:
        return lambda header: application.end(session_in(header))

    @pytest.fixture
    def outage(self, application: Application) -> Callable[[], None]:
        return application.go_down


class TestInMemoryLegacySignOut(LegacySignOutContract):
    @pytest.fixture
    def sessions(self) -> InMemoryLegacySessions:
        return InMemoryLegacySessions()

    @pytest.fixture
    def ending(self, sessions: InMemoryLegacySessions) -> InMemoryLegacySignOut:
        return InMemoryLegacySignOut(sessions)

    @pytest.fixture
    def sign_in(self, sessions: InMemoryLegacySessions) -> Callable[[], str]:
        return lambda: sessions.open(EMMA)

    @pytest.fixture
    def is_open(self, sessions: InMemoryLegacySessions) -> Callable[[str], bool]:
        return lambda header: sessions.resolve(header) is not None

    @pytest.fixture
    def outage(self, ending: InMemoryLegacySignOut) -> Callable[[], None]:
        return lambda: setattr(ending, "available", False)


class TestHttpLegacySignOut(LegacySignOutContract):
    @pytest.fixture
    def ending(self, over_http: HttpLegacySessions) -> HttpLegacySessions:
        return over_http

    @pytest.fixture
    def sign_in(self, legacy: LegacySystem) -> Callable[[], str]:
        return lambda: f"sessionid={legacy.open_session(EMMA.legacy_uid)}"

    @pytest.fixture
    def is_open(self, legacy: LegacySystem) -> Callable[[str], bool]:
        return lambda header: session_in(header) in legacy.sessions(EMMA.legacy_uid)

    @pytest.fixture
    def outage(self, legacy: LegacySystem) -> Callable[[], None]:
        return lambda: legacy.behave("garbage")


class TestCallableLegacySignOut(LegacySignOutContract):
    @pytest.fixture
    def application(self) -> Application:
        return Application()

    @pytest.fixture
    def ending(self, application: Application) -> CallableLegacySignOut:
        return CallableLegacySignOut(cookie=COOKIE, end=application.end)

    @pytest.fixture
    def sign_in(self, application: Application) -> Callable[[], str]:
        return application.sign_in

    @pytest.fixture
    def is_open(self, application: Application) -> Callable[[str], bool]:
        return lambda header: session_in(header) in application.sessions

    @pytest.fixture
    def outage(self, application: Application) -> Callable[[], None]:
        return application.go_down


@pytest.mark.parametrize("answer", [True, "emma", {"legacy_uid": "1815"}, 0, False])
def test_what_is_no_account_lets_nobody_in(answer: Any) -> None:
    """A look-up that says "yes" has not said who."""
    sessions = CallableLegacySessions(cookie=COOKIE, look_up=lambda _: answer)

    with pytest.raises(LegacyUnavailableError):
        sessions.resolve("sessionid=1")


def test_a_locked_account_is_nobody() -> None:
    locked = attrs.evolve(EMMA, locked=True)
    sessions = CallableLegacySessions(cookie=COOKIE, look_up=lambda _: locked)

    assert sessions.resolve("sessionid=1") is None


def test_a_locked_account_is_not_signed_in() -> None:
    locked = LegacySystem([attrs.evolve(SEED, locked=True)], API_KEY)
    session = locked.open_session(EMMA.legacy_uid)
    with (
        LoopbackServer(locked.app) as server,
        closing(HttpClient(within=AMPLE, max_bytes=2048)) as http,
    ):
        sessions = HttpLegacySessions(
            http=http, base_url=service_url(server.url), api_key=API_KEY, cookie=COOKIE
        )
        assert sessions.resolve(f"sessionid={session}") is None


USER: Final = {
    "userid": "1815",
    "username": "emma",
    "display_name": None,
    "email": None,
    "email_verified": False,
    "cognito_id": None,
    "locked": False,
}
YES: Final = {"status": "signed_in", "session_sha256": contract.digest_of("mine"), "user": USER}


def read(said: object, *, status: int = 200) -> LegacyAccount | None:
    body = json.dumps(said).encode()
    answer = HttpAnswer(status, (("content-type", "application/json"),), body)
    return contract.session_answer(answer, "mine")


def test_a_yes_about_this_session_is_one() -> None:
    account = read(YES)
    assert account is not None
    assert account.legacy_uid == "1815"


@pytest.mark.parametrize(
    "said",
    [
        {**YES, "session_sha256": contract.digest_of("another's")},
        {**YES, "session_sha256": ""},
        {**YES, "session_sha256": None},
        {**YES, "session_sha256": "é" * 64},
        {**YES, "status": "authenticated"},
        {**YES, "role": "admin"},
        {**YES, "user": None},
        {**YES, "user": {**USER, "locked": True}},
        {"status": "signed_in", "user": USER},
        {"status": "signed_in"},
        {"status": "signed_out", "user": USER},
        {},
    ],
)
def test_anything_else_is_no_answer(said: object) -> None:
    with pytest.raises(LegacyUnavailableError):
        read(said)


@pytest.mark.parametrize("status", [204, 302, 401, 404, 500, 503])
def test_a_yes_under_another_status_is_no_answer(status: int) -> None:
    with pytest.raises(LegacyUnavailableError):
        read(YES, status=status)


@pytest.mark.parametrize("said", [{"status": "signed_out"}, {"status": "ended", "x": 1}, {}])
def test_only_an_end_ends(said: object) -> None:
    body = json.dumps(said).encode()
    with pytest.raises(LegacyUnavailableError):
        contract.end_answer(HttpAnswer(200, (("content-type", "application/json"),), body))


def test_no_browser_makes_more_than_a_few_calls(
    over_http: HttpLegacySessions, legacy: LegacySystem
) -> None:
    # DL-02
    before = len(legacy.calls)
    with pytest.raises(LegacyUnavailableError):
        over_http.end("; ".join(f"sessionid={number}" for number in range(150)))

    assert len(legacy.calls) - before == MAX_SESSIONS_ENDED


def test_a_session_longer_than_browsers_keep_is_not_sent(
    over_http: HttpLegacySessions, legacy: LegacySystem
) -> None:
    # DL-02
    before = len(legacy.calls)
    assert over_http.resolve("sessionid=" + "x" * (MAX_SESSION_LENGTH + 1)) is None
    assert len(legacy.calls) == before

    assert over_http.resolve("sessionid=" + "x" * MAX_SESSION_LENGTH) is None
    assert len(legacy.calls) == before + 1


@pytest.mark.parametrize("name", ["", "a b", "a;b", "a=b", "näme", "x" * 129])
def test_a_cookie_needs_a_name_that_browsers_keep(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        LegacyCookie(name, "example.com")
