"""Chunks of several writes in one header: one write or nothing, never a mix."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import chain, combinations, permutations, product

import pytest

from authcore.adapters.cookies import PlainSessionJar, SealedSessionJar
from authcore.adapters.cookies.chunking import MAX_CHUNKS, Series, generation_of
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.errors import SessionTooLargeError
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.cookies import CookieJar
from authcore.testing.browser import BrowserCookies
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


HOST = "auth.example.com"
SERIES = Series("__Secure-authcore_session")
LONG = "QUFB" * 1200
A = TokenSet(LONG + "aaa1", "id.a.x", RefreshToken("refresh.a.x"))
B = TokenSet(LONG + "bbb1", "id.b.x", RefreshToken("refresh.b.x"))


def sealed_jar(budget: int = 32_000) -> SealedSessionJar:
    return SealedSessionJar(
        ring=KeyRing([b"k" * 32]),
        domain="example.com",
        lifetime=timedelta(days=30),
        clock=FrozenClock(),
        entropy=ScriptedEntropy(),
        budget=budget,
    )


def plain_jar(budget: int = 32_000) -> PlainSessionJar:
    return PlainSessionJar(
        domain="example.com", lifetime=timedelta(days=30), clock=FrozenClock(), budget=budget
    )


Make = Callable[[int], CookieJar[TokenSet]]
BOTH = pytest.mark.parametrize("make", [sealed_jar, plain_jar], ids=["sealed", "plain"])


def pairs_of(set_cookie_values: Iterable[str]) -> list[tuple[str, str]]:
    halves = (text.partition(";")[0].partition("=") for text in set_cookie_values)
    return [(name, value) for name, _, value in halves]


def arrangements(pairs: list[tuple[str, str]], most: int) -> Iterator[list[tuple[str, str]]]:
    """Every order of every choice of at most *most* of *pairs*."""
    choices = chain.from_iterable(permutations(pairs, size) for size in range(most + 1))
    return map(list, choices)


def header_of(pairs: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{name}={value}" for name, value in pairs)


@pytest.fixture(scope="module")
def two_generations() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    jar = sealed_jar()
    return pairs_of(jar.write(A)), pairs_of(jar.write(B))


def test_every_order_of_every_subset_of_two_writes_is_one_of_them_or_nothing(
    two_generations: tuple[list[tuple[str, str]], list[tuple[str, str]]],
) -> None:
    """Each chunk also under the other's name: 8 cookies, 2,081 headers of up to 4 of them."""
    # CK-05
    first, second = two_generations
    assert len(first) == len(second) == 2
    names = [name for name, _ in first]
    values = [value for _, value in first + second]
    jar, whole = sealed_jar(), {True: 0, False: 0}
    for chosen in arrangements(list(product(names, values)), 4):
        expected = [
            tokens for tokens, chunks in ((A, first), (B, second)) if set(chunks) <= set(chosen)
        ]
        only = expected[0] if len(expected) == 1 else None
        assert jar.read(header_of(chosen)) == only
        whole[only is not None] += 1
    assert min(whole.values()) > 100


def test_every_order_of_every_subset_of_two_plain_writes_is_one_of_them_or_nothing() -> None:
    """Three cookies each, 1,957 headers; tokens of two writes never meet in one session."""
    # CK-05
    jar = plain_jar()
    small_a = TokenSet("access.a.x", "id.a.x", RefreshToken("refresh.a.x"))
    small_b = TokenSet("access.b.x", "id.b.x", None)
    first, second = pairs_of(jar.write(small_a)), pairs_of(jar.write(small_b))
    for chosen in arrangements(first + second, 5):
        expected = {
            (True, False): small_a,
            (False, True): small_b,
        }.get((set(first) <= set(chosen), set(second) <= set(chosen)))
        shadowed = len({name for name, _ in chosen}) < len(chosen)
        assert jar.read(header_of(chosen)) == (None if shadowed else expected)


def test_a_long_plain_token_is_reassembled_and_a_missing_chunk_ends_the_session() -> None:
    # CK-05
    jar = plain_jar()
    pairs = pairs_of(jar.write(A))
    assert len(pairs) == 4
    assert jar.read(header_of(reversed(pairs))) == A
    for without in combinations(pairs, 3):
        lost = {name for name, _ in pairs} - {name for name, _ in without}
        rest = TokenSet(A.access_token, A.id_token, None)
        assert jar.read(header_of(without)) not in (A, rest), lost


@pytest.mark.parametrize(
    ("jar", "five", "two"),
    [
        (sealed_jar(), TokenSet("QUFB" * 4400, "i.d", None), B),
        (plain_jar(), TokenSet("QUFB" * 3200, "i.d", None), TokenSet("a.b", "c.d", None)),
    ],
    ids=["sealed", "plain"],
)
def test_a_session_that_shrinks_from_five_cookies_to_two_leaves_exactly_two(
    jar: CookieJar[TokenSet], five: TokenSet, two: TokenSet
) -> None:
    # CK-06
    browser = BrowserCookies()
    browser.apply(jar.write(five), HOST)
    carried = browser.header(HOST)
    assert carried.count("; ") + 1 == 5
    browser.apply(jar.write(two, carried), HOST)
    assert browser.header(HOST).count("; ") + 1 == 2
    assert jar.read(browser.header(HOST)) == two


def test_leftovers_of_a_longer_session_do_not_end_the_shorter_one() -> None:
    """The answer that deleted them got lost; what was written is whole all the same."""
    # CK-05
    jar, browser = sealed_jar(), BrowserCookies()
    browser.apply(jar.write(A), HOST)
    short = TokenSet("a.b", "c.d", None)
    browser.apply(jar.write(short), HOST)
    assert browser.header(HOST).count("; ") + 1 == 2
    assert jar.read(browser.header(HOST)) == short


@BOTH
def test_tokens_of_1_to_64_kib_are_read_back_or_refused(make: Make) -> None:
    # CK-04 DL-02
    jar, refused = make(32_000), 0
    for size in range(1, 65_537, 1021):
        tokens = TokenSet("x" * size, "i.d", RefreshToken("r"))
        browser = BrowserCookies()
        try:
            browser.apply(jar.write(tokens), HOST)
        except SessionTooLargeError:
            refused += 1
            continue
        assert not browser.refused
        assert jar.read(browser.header(HOST)) == tokens
    assert 10 < refused < 60


@BOTH
def test_a_budget_is_kept_to_the_character(make: Make) -> None:
    # CK-04 DL-02
    length = len(header_of(pairs_of(make(32_000).write(A))))
    assert make(length).write(A)
    with pytest.raises(SessionTooLargeError, match=str(length)):
        make(length - 1).write(A)


@BOTH
def test_clearing_unseen_deletes_all_that_fits_the_budget(make: Make) -> None:
    """No header to go by: the names that this jar can have set are deleted all the same."""
    # CK-06
    jar, browser = make(8_000), BrowserCookies()
    browser.apply(jar.write(TokenSet("QUFB" * 1900, "i.d", RefreshToken("r"))), HOST)
    assert 7_700 < len(browser.header(HOST)) <= 8_000
    deletions = jar.clear()
    browser.apply(deletions, HOST)
    assert browser.header(HOST) == ""
    assert sum(len(text) for text in deletions) < 2_500


def test_eight_chunks_are_written_and_nine_refused() -> None:
    # DL-02
    room = len(
        next(iter(SERIES.split("x" * 9000, generation="g" * 22, attributes_length=90).values()))
    )
    payload = room - 22 - len(".0.3~")
    most = "x" * payload * MAX_CHUNKS
    generation = generation_of(most)
    cookies = SERIES.split(most, generation=generation, attributes_length=90)
    assert len(cookies) == MAX_CHUNKS
    assert SERIES.gather(tuple(cookies.items())) == {generation: most}
    with pytest.raises(SessionTooLargeError):
        SERIES.split(most + "x", generation=generation, attributes_length=90)


@pytest.mark.parametrize(
    "value",
    [
        "{g}.0.1~",
        "{g}.0.0~x",
        "{g}.1.1~x",
        "{g}.0.9~x",
        "{g}.00.1~x",
        "{g}.0.1~x~",
        "{g}.0.1~x y",
        "{g}0.0.1~x",
        "{g}.0.1",
        " {g}.0.1~x",
        "{g}.0.1~x\n",
    ],
)
def test_a_chunk_that_is_not_quite_one_is_none(value: str) -> None:
    assert SERIES.gather(((SERIES.name, value.format(g="g" * 22)),)) == {}


def test_two_different_chunks_for_one_place_leave_no_text() -> None:
    first, second = (f"{'g' * 22}.0.1~{payload}" for payload in ("x", "y"))
    assert SERIES.gather(((SERIES.name, first), (SERIES.name, second))) == {}
    assert SERIES.gather(((SERIES.name, first), (SERIES.name, first))) == {"g" * 22: "x"}


def test_two_chunks_for_one_place_do_not_stand_in_for_a_missing_one() -> None:
    # CK-05
    first, second = (f"{'g' * 22}.0.2~{payload}" for payload in ("x", "y"))
    assert SERIES.gather(((SERIES.name, first), (SERIES.name, second))) == {}
