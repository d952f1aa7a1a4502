"""Sessions in a store: what the browser carries, what the store learns, what an outage does."""

import hashlib
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.adapters.cookies import SealedSessionJar, StoredSessionJar
from authcore.adapters.cookies.stored_session import MAX_DROPPED
from authcore.adapters.sealing.envelope import Envelope, KeyRing
from authcore.domain.errors import (
    ConfigurationError,
    CoordinationUnavailableError,
    SessionTooLargeError,
)
from authcore.domain.model.session import CarriedSessions
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, RefreshToken, TokenSet
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


AUTH, CMS, SIBLING = "auth.example.com", "cms.example.com", "blog.example.com"
NAME: Final = "__Secure-authcore_sid"
DAYS_30: Final = timedelta(days=30)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
ANNA = TokenSet("access.canary.anna", "id.canary.anna", RefreshToken("refresh.canary.anna"))
ANNA_LATER = TokenSet("access.canary.later", "id.canary.later", RefreshToken("refresh.later"))
BERTA = TokenSet("access.canary.berta", "id.canary.berta", None)


class Recorded(InMemorySealedStore):
    """
    Remembers what it was asked.

    Attributes:
        calls: What was asked for, with which key.
        failing: Names of the calls that get no answer.
    """

    def __init__(self, clock: FrozenClock) -> None:
        super().__init__(clock)
        self.calls: list[tuple[str, str]] = []
        self.failing: set[str] = set()

    def get(self, key: str) -> str | None:
        self._note("get", key)
        return super().get(key)

    def put(self, key: str, text: str, **until: object) -> None:
        self._note("put", key)
        super().put(key, text, **until)  # type: ignore[arg-type]

    def drop(self, key: str) -> None:
        self._note("drop", key)
        super().drop(key)

    def _note(self, name: str, key: str) -> None:
        self.calls.append((name, key))
        if name in self.failing:
            raise CoordinationUnavailableError("no answer")


class World:
    """One store, and one browser."""

    def __init__(self) -> None:
        self.clock = FrozenClock()
        self.store = Recorded(self.clock)
        self.browser = BrowserCookies(self.clock)
        self.entropy = ScriptedEntropy()
        self.audit = InMemoryAuditLog()
        self.jar = self.opened()

    def opened(self, *keys: bytes) -> StoredSessionJar:
        """A jar of another process."""
        return StoredSessionJar(
            texts=self.store,
            ring=KeyRing(keys or (KEY,)),
            domain="example.com",
            lifetime=DAYS_30,
            clock=self.clock,
            entropy=self.entropy,
            audit=self.audit,
        )

    def sign_in(self, tokens: TokenSet = ANNA) -> str:
        """The header that the browser carries from now on."""
        self.browser.apply(self.jar.write(tokens, self.header), AUTH)
        return self.header

    @property
    def header(self) -> str:
        return self.browser.header(AUTH)


@pytest.fixture
def world() -> World:
    return World()


def id_in(header: str) -> str:
    found = re.fullmatch(f"{NAME}=([A-Za-z0-9_-]{{43,128}})", header)
    assert found is not None
    return found[1]


def test_the_browser_carries_one_id_and_no_token(world: World) -> None:
    # CK-01 CK-02 CK-10
    (cookie,) = world.jar.write(ANNA)

    name, *attributes = cookie.split("; ")
    id_in(name)
    assert attributes == [
        "Max-Age=2592000",
        "Domain=example.com",
        "Path=/",
        "Secure",
        "HttpOnly",
        "SameSite=Lax",
    ]


def test_a_session_is_read_on_every_host_of_the_domain_and_by_every_process(world: World) -> None:
    world.sign_in()
    assert world.opened().read(world.browser.header(CMS)) == ANNA
    assert world.browser.header("example.org") == world.browser.header(CMS, secure=False) == ""


def test_the_store_is_told_neither_id_nor_token(world: World) -> None:
    # SP-11
    session_id = id_in(world.sign_in())
    [(key, (text, _))] = world.store.texts.items()

    assert key == f"session:{hashlib.sha256(session_id.encode()).hexdigest()}"
    assert session_id not in key + text
    assert "canary" not in text
    assert "canary" not in repr(world.jar)


def test_tokens_that_fit_no_cookie_fit_the_store(world: World) -> None:
    # CK-04 DL-06
    longest = "x" * MAX_TOKEN_LENGTH
    tokens = TokenSet(longest, longest, RefreshToken(longest))
    assert world.jar.read(world.sign_in(tokens)) == tokens

    for name in ("access_token", "id_token", "refresh_token"):
        grown = attrs.evolve(tokens, **{name: longest + "x"})  # type: ignore[arg-type]
        with pytest.raises(SessionTooLargeError) as error:
            world.jar.write(grown, world.header)
        assert "xx" not in str(error.value)
    assert world.jar.read(world.header) == tokens
    assert len(world.store.texts) == 1


def test_a_text_that_is_too_long_for_the_store_is_refused(world: World) -> None:
    # DL-06: characters that take four bytes each; no token of Cognito's has any.
    longest = "\U0001f511" * MAX_TOKEN_LENGTH
    with pytest.raises(SessionTooLargeError):
        world.jar.write(TokenSet(longest, longest, None))
    assert world.store.texts == {}


def test_every_sign_in_begins_a_new_id_and_the_old_one_is_worth_nothing(world: World) -> None:
    # CK-11
    before = world.sign_in(ANNA)
    after = world.sign_in(BERTA)

    assert before != after
    assert world.jar.read(before) is None
    assert world.jar.read(after) == BERTA
    assert len(world.store.texts) == 1


def test_an_id_that_was_planted_is_not_the_one_that_is_signed_in(world: World) -> None:
    # CK-11
    planted = f"{NAME}={'A' * 43}"
    world.browser.apply([f"{planted}; Domain=example.com; Path=/; Secure"], SIBLING)
    header = world.sign_in()

    assert "A" * 43 not in header
    assert world.jar.read(planted) is None


def test_a_sign_in_works_though_the_old_session_cannot_be_dropped(world: World) -> None:
    before = world.sign_in(ANNA)
    world.store.failing = {"drop"}
    after = world.sign_in(BERTA)

    assert world.jar.read(after) == BERTA
    assert world.jar.read(before) == ANNA


def test_a_sign_in_that_cannot_be_stored_sets_nothing_and_drops_nothing(world: World) -> None:
    world.sign_in(ANNA)
    world.store.failing = {"put"}
    with pytest.raises(CoordinationUnavailableError):
        world.jar.write(BERTA, world.header)

    assert world.jar.read(world.header) == ANNA


def test_requests_under_way_find_the_new_tokens(world: World) -> None:
    # RF-01 RF-03
    before = world.sign_in(ANNA)
    (cookie,) = world.jar.renew(ANNA_LATER, before, signed_in_at=world.clock.now())

    assert cookie.startswith(f"{before}; Max-Age=2592000; ")
    assert world.opened().read(before) == ANNA_LATER


def test_a_renewed_session_ends_when_it_would_have_ended(world: World) -> None:
    # RF-05 CK-12
    begun = world.clock.now()
    header = world.sign_in(ANNA)
    world.clock.advance(timedelta(days=10))
    world.browser.apply(world.jar.renew(ANNA_LATER, header, signed_in_at=begun), AUTH)
    world.clock.advance(timedelta(days=20) - timedelta(seconds=1))
    assert world.jar.read(header) == ANNA_LATER
    assert world.header == header

    world.clock.advance(timedelta(seconds=1))
    assert world.jar.read(header) is None
    assert world.header == ""


def test_what_ended_meanwhile_is_not_renewed(world: World) -> None:
    # RF-06
    header = world.sign_in(ANNA)
    world.browser.apply(world.jar.clear(header), AUTH)

    assert world.jar.renew(ANNA_LATER, header, signed_in_at=world.clock.now()) == ()
    assert world.jar.read(header) is None
    assert world.store.texts == {}


@pytest.mark.parametrize("header", ["", f"{NAME}=short", f"{NAME}={'A' * 43}; {NAME}={'B' * 43}"])
def test_without_one_id_there_is_nothing_to_renew(world: World, header: str) -> None:
    assert world.jar.renew(ANNA, header, signed_in_at=world.clock.now()) == ()
    assert world.store.texts == {}


def test_a_session_ends_with_its_lifetime_even_if_store_and_browser_keep_it(world: World) -> None:
    # CK-12
    header = world.sign_in()
    [(key, (text, until))] = world.store.texts.items()
    world.store.texts[key] = (text, until + DAYS_30)
    world.clock.advance(DAYS_30 - timedelta(seconds=1))
    assert world.jar.read(header) == ANNA

    world.clock.advance(timedelta(seconds=1))
    assert world.jar.read(header) is None


def test_without_a_cookie_of_ours_the_store_is_not_asked(world: World) -> None:
    # DL-04
    for header in ("", "theme=dark", f"{NAME}=", f"{NAME}={'A' * 42}", f"{NAME}={'A' * 129}"):
        assert world.jar.read(header) is None
        world.jar.clear(header)
    assert world.store.calls == []


def test_an_id_of_no_session_ends_none_and_only_what_can_be_one_is_looked_up(
    world: World,
) -> None:
    # CK-07
    header = world.sign_in()
    for shadow, looks in ((f"{NAME}={'A' * 43}", 2), (f"{NAME}=", 1), (f"{NAME}=x", 1)):
        for both in (f"{shadow}; {header}", f"{header}; {shadow}"):
            world.store.calls.clear()
            assert world.jar.read(both) == ANNA
            assert [name for name, _ in world.store.calls] == ["get"] * looks
    assert world.jar.read(f"{header}; {header}") == ANNA


def test_more_ids_than_a_browser_has_read_as_none_and_the_store_is_not_asked(
    world: World,
) -> None:
    # CK-07, DL-02
    header = world.sign_in()
    world.store.calls.clear()
    crowd = "; ".join(f"{NAME}={'A' * 43}{number}" for number in range(MAX_DROPPED))
    assert world.jar.read(f"{crowd}; {header}") is None
    assert world.jar.read_all(f"{crowd}; {header}") == CarriedSessions((), True, True)
    assert world.store.calls == []


def test_an_attackers_own_session_in_front_of_the_victims_reads_as_none(world: World) -> None:
    # CK-07
    theirs = World()
    theirs.store, theirs.entropy = world.store, world.entropy
    theirs.jar = theirs.opened()
    mine = world.sign_in(ANNA)
    planted = f"{theirs.sign_in(BERTA)}; Path=/app; Domain=example.com; Secure"
    world.browser.apply([planted], SIBLING)

    assert world.jar.read(world.browser.header(CMS, path="/app")) is None
    assert world.jar.read(mine) == ANNA


def test_signing_out_drops_what_the_browser_carried(world: World) -> None:
    # CK-06 RF-06
    header = world.sign_in()
    world.browser.apply(world.jar.clear(header), AUTH)

    assert world.header == ""
    assert world.store.texts == {}
    assert world.jar.read(header) is None


def test_signing_out_works_while_the_store_does_not(world: World) -> None:
    # RF-06
    header = world.sign_in()
    world.store.failing = {"drop"}
    world.browser.apply(world.jar.clear(header), AUTH)
    assert world.header == ""


def test_a_store_that_does_not_answer_is_asked_to_drop_once(world: World) -> None:
    # DL-04
    header = "; ".join(f"{NAME}={letter * 43}" for letter in "ABCDEFGH")
    world.jar.clear(header)
    assert len(world.store.calls) == MAX_DROPPED

    world.store.calls.clear()
    world.store.failing = {"drop"}
    world.jar.clear(header)
    assert len(world.store.calls) == 1
    assert [(event.action, event.reason) for event in world.audit.events] == [
        ("session.drop", "coordination_unavailable")
    ]


def test_values_that_are_no_ids_keep_no_session_from_being_dropped(world: World) -> None:
    # a page of a sibling host plants them in front: the session is read, so it must end, too
    header = world.sign_in()
    crowd = "; ".join(f"{NAME}=none-{number}" for number in range(MAX_DROPPED))
    assert world.jar.read(f"{crowd}; {header}") == ANNA
    world.jar.clear(f"{crowd}; {header}")

    assert world.jar.read(header) is None


def test_a_store_that_does_not_answer_ends_no_session(world: World) -> None:
    # RF-02
    header = world.sign_in()
    world.store.unavailable = True
    calls: list[Callable[[], object]] = [
        lambda: world.jar.read(header),
        lambda: world.jar.write(BERTA, header),
        lambda: world.jar.renew(ANNA_LATER, header, signed_in_at=world.clock.now()),
    ]
    for call in calls:
        with pytest.raises(CoordinationUnavailableError):
            call()

    world.store.unavailable = False
    assert world.jar.read(header) == ANNA


def test_a_session_is_read_with_the_old_key_until_it_leaves_the_ring(world: World) -> None:
    # CK-10
    header = world.sign_in()
    assert world.opened(OTHER_KEY, KEY).read(header) == ANNA
    assert world.opened(OTHER_KEY).read(header) is None


def test_sessions_that_the_store_swaps_are_nobodys(world: World) -> None:
    # CK-10
    first = world.sign_in(ANNA)
    second = "; ".join(cookie.partition(";")[0] for cookie in world.jar.write(BERTA))
    one, other = world.store.texts
    texts = world.store.texts
    texts[one], texts[other] = texts[other], texts[one]

    assert world.jar.read(first) is None
    assert world.jar.read(second) is None


def test_a_store_may_give_back_what_the_same_session_held_before(world: World) -> None:
    """The bound of what sealing can do: docs/adr/0011."""
    header = world.sign_in(ANNA)
    earlier = dict(world.store.texts)
    world.jar.renew(ANNA_LATER, header, signed_in_at=world.clock.now())
    world.store.texts.update(earlier)

    assert world.jar.read(header) == ANNA


def test_what_our_key_sealed_but_this_jar_did_not_write_is_no_session(world: World) -> None:
    # CK-10
    header = world.sign_in()
    [(key, (_, until))] = world.store.texts.items()
    for purpose, texts in (
        ("session", (key, "a", "b", "c")),
        ("recent_refresh", (key, "a", "b", "c")),
        ("stored_session", ()),
        ("stored_session", (key, "a", "b")),
        ("stored_session", ("another", "a", "b", "c")),
        ("stored_session", (key, None, "b", "c")),
        ("stored_session", (key, "a", "b", "c", "d")),
    ):
        envelope = Envelope(
            purpose, ring=KeyRing([KEY]), clock=world.clock, entropy=ScriptedEntropy(["e" * 43])
        )
        world.store.texts[key] = (envelope.seal(texts, expires_at=until), until)
        assert world.jar.read(header) is None


def test_a_sealed_cookie_is_no_stored_text_nor_the_other_way_round(world: World) -> None:
    # CK-10
    header = world.sign_in()
    sealed = SealedSessionJar(
        ring=KeyRing([KEY]),
        domain="example.com",
        lifetime=DAYS_30,
        clock=world.clock,
        entropy=ScriptedEntropy(),
    )
    (cookie,) = sealed.write(BERTA)
    value = cookie.partition(";")[0].partition("=")[2]
    [(key, (text, until))] = world.store.texts.items()
    assert sealed.read(f"__Secure-authcore_session={value.partition('~')[0]}~{text}") is None

    world.store.texts[key] = (value.partition("~")[2], until)
    assert world.jar.read(header) is None


def test_a_jar_serves_many_threads(world: World) -> None:
    def round_trip(number: int) -> bool:
        tokens = TokenSet(f"{number}.a", f"{number}.i", None)
        (cookie,) = world.jar.write(tokens)
        return world.jar.read(cookie.partition(";")[0]) == tokens

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(round_trip, range(200)))


def test_a_jar_that_cannot_work_is_not_built() -> None:
    # CK-12
    with pytest.raises(ConfigurationError) as error:
        StoredSessionJar(
            texts=InMemorySealedStore(FrozenClock()),
            ring=KeyRing([KEY]),
            domain="localhost",
            lifetime=timedelta(days=401),
            clock=FrozenClock(),
            entropy=ScriptedEntropy(),
        )
    assert len(error.value.problems) == 2
