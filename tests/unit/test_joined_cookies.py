"""Cookie headers that servers joined by commas: sessions survive, and no value becomes a cookie."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise, permutations
from typing import Final

import pytest

from authcore.adapters.cookie_header import cookie_pairs
from authcore.adapters.cookies.plain_session import PlainSessionJar
from authcore.adapters.cookies.sealed_session import SealedSessionJar
from authcore.adapters.sealing.envelope import KeyRing
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.cookies import SessionJar
from authcore.testing.fakes.system import FrozenClock, ScriptedEntropy


MINE: Final = TokenSet("a" * 3_000, "i" * 3_000, RefreshToken("r" * 1_000))
THEIRS: Final = TokenSet("x" * 3_000, "y" * 3_000, RefreshToken("z" * 1_000))
SMALL: Final = TokenSet("a", "i", None)
FOREIGN: Final = "theme=dark"


def sealed() -> SessionJar:
    return SealedSessionJar(
        ring=KeyRing([bytes(range(32))]),
        domain="example.com",
        lifetime=timedelta(days=1),
        clock=FrozenClock(),
        entropy=ScriptedEntropy(),
        budget=16_000,
    )


def plain() -> SessionJar:
    return PlainSessionJar(
        domain="example.com", lifetime=timedelta(days=1), clock=FrozenClock(), budget=16_000
    )


@pytest.fixture(params=[sealed, plain])
def jar(request: pytest.FixtureRequest) -> SessionJar:
    made: SessionJar = request.param()
    return made


def cookies(jar: SessionJar, tokens: TokenSet) -> list[str]:
    return [each.partition(";")[0] for each in jar.write(tokens)]


def splits(parts: Sequence[str]) -> list[list[str]]:
    """*parts* as two headers, divided at each place."""
    places = range(1, len(parts))
    return [["; ".join(parts[:place]), "; ".join(parts[place:])] for place in places]


class TestJoined:
    @pytest.mark.parametrize("comma", [",", ", "])
    def test_a_session_in_two_headers_is_read(self, jar: SessionJar, comma: str) -> None:
        """CK-08: whichever cookie the headers are divided at."""
        own = cookies(jar, MINE)
        assert len(own) > 1
        for order in permutations((FOREIGN, *own)):
            for headers in splits(order):
                assert jar.read(comma.join(headers)) == MINE

    def test_each_cookie_in_its_own_header_is_read_from_the_first_of_ours_on(
        self, jar: SessionJar
    ) -> None:
        assert jar.read(",".join((*cookies(jar, MINE), FOREIGN))) == MINE

    def test_a_session_of_one_cookie_is_read_before_a_comma(self) -> None:
        [own] = cookies(sealed(), SMALL)
        assert sealed().read(f"{own},{FOREIGN}; a=1") == SMALL
        assert sealed().read(f"a=1; {own}, {FOREIGN}") == SMALL

    def test_commas_in_other_values_stay(self) -> None:
        assert cookie_pairs("a=1,b=2; sid=x,y=z") == (("a", "1,b=2"), ("sid", "x,y=z"))
        assert cookie_pairs("__Secure-authcore_sid=x,sid=y") == (("__Secure-authcore_sid", "x"),)


class TestAttacks:
    """CK-07: the attacker chooses the value of a cookie, but can set none of ours."""

    def test_a_value_is_no_session(self, jar: SessionJar) -> None:
        evil = cookies(jar, THEIRS)
        for header in (f"theme=a,{','.join(evil)}", f"theme=a,{'; theme=b,'.join(evil)}"):
            assert jar.read(header) is None

    def test_a_value_is_no_session_of_one_cookie(self) -> None:
        [evil] = cookies(sealed(), SMALL)
        assert sealed().read(f"theme=a,{evil}") is None
        assert sealed().read(f"theme=a,{evil}; __Secure-authcore_session=x") is None

    def test_a_value_replaces_no_session(self, jar: SessionJar) -> None:
        mine, evil = cookies(jar, MINE), cookies(jar, THEIRS)
        poison = f"theme=a,{','.join(evil)}"
        assert jar.read("; ".join((poison, *mine))) == MINE
        assert jar.read("; ".join((*mine, poison))) == MINE

    def test_a_value_completes_no_session_of_another_write(self, jar: SessionJar) -> None:
        mine, evil = cookies(jar, MINE), cookies(jar, THEIRS)
        for first, second in pairwise(range(len(mine))):
            assert jar.read(f"{mine[first]}; theme=a,{evil[second]}") is None

    def test_a_forged_part_completes_no_session(self, jar: SessionJar) -> None:
        first, second, *_ = cookies(jar, MINE)
        forged = second[:-1] + ("A" if second[-1] != "A" else "B")
        assert jar.read(f"{first}; theme=a,{forged}") is None

    def test_the_rest_behind_one_of_ours_is_no_cookie(self) -> None:
        header = "__Secure-authcore_session=x,__Host-authcore_signin=evil,sid=evil"
        assert cookie_pairs(header) == (("__Secure-authcore_session", "x"),)
