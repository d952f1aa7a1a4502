"""Every cookie jar under the contract of its port."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from authcore.adapters.cookies import (
    PlainSessionJar,
    SealedAttemptJar,
    SealedChallengeJar,
    SealedSessionJar,
    SealedTicketJar,
    StoredSessionJar,
)
from authcore.adapters.coordination.dynamodb.sealed_store import DynamoDbSealedStore
from authcore.adapters.coordination.process.sealed_store import ProcessSealedStore
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.model.challenges import Challenge
from authcore.domain.model.connecting import ConnectTicket
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.pending_challenge import PendingChallenge
from authcore.domain.model.session import PendingSignIns, SignInAttempt
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.cookies import CookieJar, SessionJar
from authcore.ports.session_stores import SealedStore
from authcore.ports.system import Clock
from authcore.testing.browser import BrowserCookies
from authcore.testing.contracts.cookies import LIFETIME, CookieJarContract, SessionJarContract
from authcore.testing.fakes.cookies import InMemoryCookieJar, InMemorySessionJar
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from support.dynamodb_table import TABLE, empty_table, moto_client


KEY = hashlib.sha256(b"a key of the tests").digest()
CLOCK = FrozenClock()
TOKENS = TokenSet(
    "aGVhZGVy." + "QUNDRVNT" * 85 + "." + "U0lHTkFU" * 43,
    "aGVhZGVy." + "SURFTlRJ" * 165 + "." + "U0lHTkFU" * 43,
    RefreshToken("aGVhZGVy." + "UkVGUkVT" * 190 + "..." + "SA"),
)
HUGE = attrs.evolve(TOKENS, access_token="!" * 40_000)
ATTEMPT = SignInAttempt(
    state_digest=hashlib.sha256(b"state").hexdigest(),
    code_verifier="v" * 43,
    nonce="n" * 43,
    client=hashlib.sha256(b"client").hexdigest(),
    expires_at=CLOCK.now() + timedelta(minutes=10),
)
LATER = attrs.evolve(
    ATTEMPT,
    state_digest=hashlib.sha256(b"another state").hexdigest(),
    expires_at=ATTEMPT.expires_at + timedelta(seconds=1),
)


TICKET = ConnectTicket(
    username="SignInWithApple_001847.0a1b.1847",
    subject="7d8ca528-4931-4254-9273-ea5ee853f271",
    identity=ExternalIdentity("SignInWithApple", "001847.0a1B.1847"),
    address=hashlib.sha256(b"address").hexdigest(),
    client=hashlib.sha256(b"client").hexdigest(),
    signed_in_at=CLOCK.now(),
    target="https://cms.example.com/new-post?a=b",
)


CHALLENGE = PendingChallenge(
    challenge=Challenge(
        name="EMAIL_OTP",
        session="AYABe" + "c2Vzc2lvbg" * 90,
        username="7d8ca528-4931-4254-9273-ea5ee853f271",
        flow="USER_SRP_AUTH",
        parameters={"CODE_DELIVERY_DESTINATION": "j***@t***"},
    ),
    candidate_username="jane@thornfield.example",
    client=hashlib.sha256(b"client").hexdigest(),
    identifier="i" * 43,
    expires_at=CLOCK.now() + timedelta(minutes=3),
)


class TestInMemoryCookieJar(CookieJarContract[str]):
    @pytest.fixture
    def jar(self) -> CookieJar[str]:
        return InMemoryCookieJar(too_large=["too much"])

    @pytest.fixture
    def value(self) -> str:
        return "one thing"

    @pytest.fixture
    def other_value(self) -> str:
        return "another thing"

    @pytest.fixture
    def huge_value(self) -> str:
        return "too much"


class SessionValues(SessionJarContract):
    """The values that all session jars are tried with."""

    @pytest.fixture
    def jar_clock(self) -> Clock:
        return CLOCK

    @pytest.fixture
    def value(self) -> TokenSet:
        return TOKENS

    @pytest.fixture
    def other_value(self) -> TokenSet:
        return TokenSet("another.access.token", "another.id.token", None)

    @pytest.fixture(params=[8_000, 40_000, 1_000_000])
    def huge_value(self, request: pytest.FixtureRequest) -> TokenSet:
        return attrs.evolve(TOKENS, access_token="!" * request.param)


class TestInMemorySessionJar(SessionValues):
    @pytest.fixture
    def jar(self) -> SessionJar:
        return InMemorySessionJar(CLOCK, too_large=[HUGE])

    @pytest.fixture
    def huge_value(self) -> TokenSet:
        return HUGE


class TestSealedSessionJar(SessionValues):
    @pytest.fixture
    def jar(self) -> SessionJar:
        return SealedSessionJar(
            ring=KeyRing([KEY]),
            domain="example.com",
            lifetime=LIFETIME,
            clock=CLOCK,
            entropy=ScriptedEntropy(),
        )


class TestPlainSessionJar(SessionValues):
    @pytest.fixture
    def jar(self) -> SessionJar:
        return PlainSessionJar(domain="example.com", lifetime=LIFETIME, clock=CLOCK)

    @pytest.mark.xfail(reason="plain cookies hold tokens and nothing else")
    def test_the_time_of_the_sign_in_is_kept_where_the_tokens_do_not_tell_it(
        self,
        jar: SessionJar,
        other_value: TokenSet,
        carried_header: str,
        browser: BrowserCookies,
        jar_clock: Clock,
    ) -> None:
        super().test_the_time_of_the_sign_in_is_kept_where_the_tokens_do_not_tell_it(
            jar, other_value, carried_header, browser, jar_clock
        )

    @pytest.fixture(params=[8_000, 40_000, 1_000_000])
    def huge_value(self, request: pytest.FixtureRequest) -> TokenSet:
        return attrs.evolve(TOKENS, access_token="a" * request.param)


class StoredSessions(SessionValues):
    """The same rules; only how much fits is no matter of cookies here."""

    @pytest.fixture
    def jar(self, texts: SealedStore) -> SessionJar:
        return StoredSessionJar(
            texts=texts,
            ring=KeyRing([KEY]),
            domain="example.com",
            lifetime=LIFETIME,
            clock=CLOCK,
            entropy=ScriptedEntropy(),
        )

    @pytest.fixture(params=[8_193, 40_000, 1_000_000])
    def huge_value(self, request: pytest.FixtureRequest) -> TokenSet:
        """No budget applies to what is not in cookies: a token of 8 KiB fits, and no more."""
        return attrs.evolve(TOKENS, access_token="!" * request.param)


class TestStoredSessionJar(StoredSessions):
    @pytest.fixture
    def texts(self) -> SealedStore:
        return InMemorySealedStore(CLOCK)


class TestStoredSessionJarOfOneProcess(StoredSessions):
    @pytest.fixture
    def texts(self) -> SealedStore:
        return ProcessSealedStore(CLOCK)


@pytest.fixture(scope="module")
def moto() -> Iterator[Any]:
    with moto_client() as client:
        yield client


class TestStoredSessionJarInDynamoDb(StoredSessions):
    @pytest.fixture
    def texts(self, moto: Any) -> Iterator[SealedStore]:
        with empty_table(moto) as table:
            yield DynamoDbSealedStore(client=table.raw, table=TABLE, clock=CLOCK)


class TestSealedAttemptJar(CookieJarContract[PendingSignIns]):
    @pytest.fixture
    def jar(self) -> CookieJar[PendingSignIns]:
        return SealedAttemptJar(ring=KeyRing([KEY]), clock=CLOCK, entropy=ScriptedEntropy())

    @pytest.fixture
    def value(self) -> PendingSignIns:
        return PendingSignIns((ATTEMPT,))

    @pytest.fixture
    def other_value(self) -> PendingSignIns:
        return PendingSignIns((ATTEMPT, LATER))

    @pytest.fixture(params=[8_000, 1_000_000])
    def huge_value(self, request: pytest.FixtureRequest) -> PendingSignIns:
        return PendingSignIns((attrs.evolve(ATTEMPT, nonce="!" * request.param),))


class TestSealedTicketJar(CookieJarContract[ConnectTicket]):
    @pytest.fixture
    def jar(self) -> CookieJar[ConnectTicket]:
        return SealedTicketJar(ring=KeyRing([KEY]), clock=CLOCK, entropy=ScriptedEntropy())

    @pytest.fixture
    def value(self) -> ConnectTicket:
        return TICKET

    @pytest.fixture
    def other_value(self) -> ConnectTicket:
        return attrs.evolve(TICKET, subject="another", target=None)

    @pytest.fixture(params=[8_000, 1_000_000])
    def huge_value(self, request: pytest.FixtureRequest) -> ConnectTicket:
        return attrs.evolve(TICKET, target="!" * request.param)


class TestSealedChallengeJar(CookieJarContract[PendingChallenge]):
    @pytest.fixture
    def jar(self) -> CookieJar[PendingChallenge]:
        return SealedChallengeJar(ring=KeyRing([KEY]), clock=CLOCK, entropy=ScriptedEntropy())

    @pytest.fixture
    def value(self) -> PendingChallenge:
        return CHALLENGE

    @pytest.fixture
    def other_value(self) -> PendingChallenge:
        choice = Challenge(
            name="SELECT_CHALLENGE",
            session=None,
            username="jane",
            flow="USER_AUTH",
            available=("WEB_AUTHN", "PASSWORD"),
        )
        return attrs.evolve(CHALLENGE, challenge=choice)

    @pytest.fixture(params=[8_000, 1_000_000])
    def huge_value(self, request: pytest.FixtureRequest) -> PendingChallenge:
        return attrs.evolve(CHALLENGE, candidate_username="!" * request.param)
