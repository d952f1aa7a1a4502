"""Which of several sessions of one browser counts."""

from itertools import permutations
from typing import Any

import attrs
import pytest

from authcore.adapters.cookies.session_choice import MAX_SESSIONS, choose_session
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, RefreshToken, TokenSet
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint


MINT = TokenMint(clock=FrozenClock())
NOW = int(FrozenClock().now().timestamp())


def session(sub: str = "ada", *, began: int = 0, refreshed: int = 0, **claims: Any) -> TokenSet:
    times = {"auth_time": NOW + began, "iat": NOW + refreshed}
    access = MINT.access(sub=sub, **{**times, **claims})
    return TokenSet(access, "id", RefreshToken(f"refresh {began} {refreshed}"))


def chosen(*sessions: TokenSet) -> TokenSet | None:
    """The choice, which the order of the cookies does not change."""
    found = {choose_session(order) for order in permutations(sessions)}
    assert len(found) == 1
    return found.pop()


def test_without_a_session_there_is_none_and_one_counts_whatever_it_holds() -> None:
    opaque = TokenSet("opaque", "id", None)
    assert choose_session(()) is None
    assert choose_session([opaque]) == opaque


def test_of_two_sign_ins_of_one_user_the_later_counts() -> None:
    # CK-07
    earlier, later = session(began=0, refreshed=900), session(began=600, refreshed=600)
    assert chosen(earlier, later) == later


def test_of_one_sign_in_the_later_refresh_counts() -> None:
    # CK-07
    first, second, third = (session(refreshed=seconds) for seconds in (0, 300, 600))
    assert chosen(first, third, second) == third


def test_two_refreshes_of_one_second_are_not_told_apart_by_the_order_of_the_cookies() -> None:
    # CK-07
    one = session()
    assert chosen(one, attrs.evolve(one, refresh_token=RefreshToken("another"))) is not None


def test_of_two_users_none_counts_however_old_one_is() -> None:
    # CK-07, SP-02
    assert chosen(session("ada"), session("eve", began=900)) is None
    assert chosen(session("ada"), session("ada", began=9), session("eve")) is None


@pytest.mark.parametrize("claims", [{"sub": ""}, {"sub": 7}, {"sub": None}, {"sub": ["ada"]}])
def test_a_session_that_names_no_user_counts_beside_no_other(claims: dict[str, Any]) -> None:
    broken = session(**claims)
    assert chosen(broken, session()) is None
    assert chosen(broken, attrs.evolve(broken, id_token="another")) is None


@pytest.mark.parametrize(
    "access",
    [
        *("", "opaque", "a.b", "a.b.c", "a.W10.c", "a.é.c"),
        "a.." + "A" * MAX_TOKEN_LENGTH,
        "a." + "W1tbW1tbW1tbW1tbW1tbW1tbW1tb" * 400 + ".c",
    ],
    ids=range(8),
)
def test_what_is_no_jwt_counts_beside_no_other(access: str) -> None:
    # DL-02
    opaque = TokenSet(access, "id", None)
    assert chosen(opaque, session()) is None
    assert chosen(opaque, attrs.evolve(opaque, id_token="another")) is None


@pytest.mark.parametrize("time", [None, "soon", [1], 10**19, -1, True])
def test_a_time_that_is_none_chooses_without_an_error(time: Any) -> None:
    assert chosen(session(auth_time=time, iat=time), session(began=60)) is not None


def test_more_than_a_few_are_none() -> None:
    # DL-02
    crowd = [session(began=number) for number in range(MAX_SESSIONS + 1)]
    assert choose_session(crowd[:-1]) == crowd[-2]
    assert choose_session(crowd) is None
