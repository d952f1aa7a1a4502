"""What has room in the head of a response that a proxy passes on."""

import pytest

from authcore.adapters.cookies.session_cookies import NAME_PREFIX, attributes_bytes
from authcore.domain.model.response_budget import RESERVED, ResponseBudget
from doors.situations import signed_in
from doors.world import DoorWorld


def budget(head_bytes: int) -> ResponseBudget:
    return ResponseBudget(head_bytes, NAME_PREFIX, attributes_bytes("example.com"))


def lines(cookies: tuple[str, ...]) -> int:
    return sum(len(f"set-cookie: {cookie}\r\n") for cookie in cookies)


@pytest.mark.parametrize("note", [0, 500, 1500, 1900])
def test_a_session_has_room_exactly_where_its_own_cookies_would(note: int) -> None:
    # CK-04
    world = DoorWorld()
    cookies = world.jar.write(signed_in(world, note="n" * note))
    header = "theme=dark; " + "; ".join(cookie.partition(";")[0] for cookie in cookies)
    needed = lines(cookies) + RESERVED

    # The attributes are taken at their longest: a lifetime of eight digits instead of seven.
    assert budget(needed + len(cookies)).has_room_for_session(header)
    assert not budget(needed - 1).has_room_for_session(header)


def test_cookies_of_others_need_no_room() -> None:
    assert budget(2048).has_room_for_session("theme=" + "d" * 8000)
    assert budget(2048).has_room_for_session("")


def test_two_headers_that_a_server_joined_by_a_comma_count_whole() -> None:
    carried = ",".join(f"{NAME_PREFIX}session_{n}={'a' * 1000}" for n in range(2))
    assert not budget(3_000).has_room_for_session(carried)
    assert budget(4_000).has_room_for_session(carried)


def test_deletions_are_cut_to_what_has_room_and_keep_their_order() -> None:
    # CK-06
    deletions = tuple(f"{NAME_PREFIX}session_{n}=; Max-Age=0" for n in range(99))
    kept = budget(2_048).cut(deletions)

    assert kept == deletions[: len(kept)]
    assert 1_024 - 60 < lines(kept) <= 1_024
    assert budget(65_536).cut(deletions) == deletions
