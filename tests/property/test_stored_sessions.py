"""No order of requests, and no lie of the store, gives a browser somebody else's session."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Final

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from authcore.adapters.cookies import StoredSessionJar
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.session_stores import SealedStore
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.session_stores import InMemorySealedStore
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy
from support.gate import examples


HOST: Final = "auth.example.com"
KEY: Final = b"k" * 32
OTHER_KEY: Final = b"o" * 32


def _jar(texts: SealedStore, entropy: ScriptedEntropy, *keys: bytes) -> StoredSessionJar:
    return StoredSessionJar(
        texts=texts,
        ring=KeyRing(keys or (KEY,)),
        domain="example.com",
        lifetime=timedelta(days=30),
        clock=FrozenClock(),
        entropy=entropy,
    )


def _tokens(sign_in: int, refreshes: int) -> TokenSet:
    label = f"{sign_in}.{refreshes}"
    return TokenSet(f"access.{label}", f"id.{label}", RefreshToken(f"refresh.{label}"))


@attrs.frozen
class _Request:
    """A request under way: what it carried, and whose session that was."""

    browser: int
    header: str
    sign_in: int


@attrs.frozen
class _Answer:
    """An answer that has not reached its browser."""

    browser: int
    cookies: tuple[str, ...]


class Crossing(RuleBasedStateMachine):
    """Two processes with one store, two browsers, and answers that arrive in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.store = InMemorySealedStore(FrozenClock())
        entropy = ScriptedEntropy()
        rings = [(KEY, OTHER_KEY), (OTHER_KEY, KEY)]
        self.jars = [_jar(self.store, entropy, *ring) for ring in rings]
        self.browsers = [BrowserCookies(), BrowserCookies()]
        self.requests: list[_Request] = []
        self.answers: list[_Answer] = []
        self.refreshes: dict[int, int] = {}
        self.sign_in_of: dict[str, int] = {}
        self.browser_of: dict[int, int] = {}
        self.ended: set[str] = set()

    def header(self, browser: int) -> str:
        return self.browsers[browser].header(HOST)

    @rule(process=st.integers(0, 1), browser=st.integers(0, 1))
    def sign_in(self, process: int, browser: int) -> None:
        sign_in = len(self.refreshes)
        self.refreshes[sign_in] = 0
        self.browser_of[sign_in] = browser
        carried = self.header(browser)
        cookies = self.jars[process].write(_tokens(sign_in, 0), carried)
        self.sign_in_of[cookies[0].partition(";")[0]] = sign_in
        self.ended.add(carried)
        self.answers.append(_Answer(browser, cookies))

    @rule(process=st.integers(0, 1), browser=st.integers(0, 1))
    def sign_out(self, process: int, browser: int) -> None:
        carried = self.header(browser)
        self.ended.add(carried)
        self.answers.append(_Answer(browser, self.jars[process].clear(carried)))

    @rule(process=st.integers(0, 1), browser=st.integers(0, 1))
    def send(self, process: int, browser: int) -> None:
        carried = self.header(browser)
        if self.jars[process].read(carried):
            self.requests.append(_Request(browser, carried, self.sign_in_of[carried]))

    @precondition(lambda self: self.requests)
    @rule(process=st.integers(0, 1), choice=st.integers(0, 99))
    def refresh(self, process: int, choice: int) -> None:
        request = self.requests[choice % len(self.requests)]
        self.refreshes[request.sign_in] += 1
        tokens = _tokens(request.sign_in, self.refreshes[request.sign_in])
        cookies = self.jars[process].renew(tokens, request.header, signed_in_at=FrozenClock().now())
        self.answers.append(_Answer(request.browser, cookies))

    @precondition(lambda self: self.answers)
    @rule(choice=st.integers(0, 99))
    def arrive(self, choice: int) -> None:
        answer = self.answers.pop(choice % len(self.answers))
        self.browsers[answer.browser].apply(answer.cookies, HOST)

    @invariant()
    def nobody_has_anothers_session(self) -> None:
        for number in range(2):
            header = self.header(number)
            for jar in self.jars:
                found = jar.read(header)
                if found is None:
                    continue
                sign_in = self.sign_in_of[header]
                assert self.browser_of[sign_in] == number
                assert found in [_tokens(sign_in, n) for n in range(self.refreshes[sign_in] + 1)]

    @invariant()
    def what_was_ended_stays_ended(self) -> None:
        for header in self.ended:
            assert self.jars[0].read(header) is None


def test_answers_that_cross_give_nobody_anothers_session() -> None:
    # CK-11 RF-03 RF-06
    run_state_machine_as_test(Crossing, settings=settings(examples(150), stateful_step_count=30))


class LyingStore(SealedStore):
    """
    Answers what it is told to.

    Attributes:
        kept: Every text there ever was, by key.
        lie: The next answers; None for the truth.
    """

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = defaultdict(list)
        self.lie: str | None = None

    def get(self, key: str) -> str | None:
        return self.lie if self.lie is not None else self.kept[key][-1]

    def put(self, key: str, text: str, *, until: datetime) -> None:
        self.kept[key].append(text)

    def add(self, key: str, text: str, *, until: datetime) -> bool:
        self.kept[key].append(text)
        return True

    def replace(self, key: str, text: str, *, until: datetime) -> bool:
        self.kept[key].append(text)
        return True

    def drop(self, key: str) -> None:
        """Keeps everything."""


@examples(300)
@given(
    refreshes=st.lists(st.integers(0, 3), min_size=1, max_size=4),
    cut=st.integers(0, 400),
    flipped=st.integers(0, 400),
    garbage=st.text(max_size=40),
)
def test_whatever_the_store_says_is_an_own_session_or_none(
    refreshes: list[int], cut: int, flipped: int, garbage: str
) -> None:
    # CK-10
    store = LyingStore()
    jar = _jar(store, ScriptedEntropy())
    own: dict[str, list[TokenSet]] = {}
    for sign_in, count in enumerate(refreshes):
        (cookie,) = jar.write(_tokens(sign_in, 0))
        header = cookie.partition(";")[0]
        own[header] = [_tokens(sign_in, number) for number in range(count + 1)]
        for tokens in own[header][1:]:
            jar.renew(tokens, header, signed_in_at=FrozenClock().now())

    every_text = [text for texts in store.kept.values() for text in texts]
    lies = [*every_text, garbage, "".join(every_text)]
    for header, sessions in own.items():
        read = []
        for lie in lies:
            at = flipped % len(lie) if lie else 0
            for store.lie in (lie, lie[:cut], lie[:at] + ("A" if lie[at:] else "") + lie[at + 1 :]):
                found = jar.read(header)
                assert found is None or found in sessions
                read.append(found)
        assert set(read) - {None} == set(sessions), "every older own text can be replayed"
