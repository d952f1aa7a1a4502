"""``/auth/verify``: verdicts about tokens, for programs that show a key."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH, TokenSet
from authcore_web.routes.verify import MAX_BODY_BYTES
from doors.live_web_world import CALLER_KEY, DUE, EXPIRED, OLD_CALLER_KEY, LiveWebWorld
from unit.asgi_calls import Answer, Headers


VERIFY = "/auth/verify"
KEY = ("authorization", f"Bearer {CALLER_KEY}")
JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded")


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld()


def members_of(tokens: TokenSet) -> dict[str, str]:
    return {
        "id_token": tokens.id_token,
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token or "",
    }


def verify(
    world: LiveWebWorld,
    body: bytes | Mapping[str, object],
    *headers: tuple[str, str],
    key: Headers = (KEY,),
) -> Answer:
    octets = body if isinstance(body, bytes) else json.dumps(body).encode()
    return world.visit(VERIFY, method="POST", headers=[*key, *(headers or (JSON,))], body=octets)


def test_good_tokens_are_good_and_say_whose_they_are(world: LiveWebWorld) -> None:
    tokens = world.tokens()

    answer = verify(world, members_of(tokens))

    assert answer.status == 200
    assert answer.header("content-type") == "application/json"
    assert answer.json["verified"] is True
    assert answer.json["user"]["legacy_uid"] == "42"
    assert answer.json["user"]["login"] == "cognito"
    assert answer.json.keys() == {"verified", "user"}


def test_the_form_of_the_seed_is_read_alike(world: LiveWebWorld) -> None:
    tokens = members_of(world.tokens())

    by_form = verify(world, urlencode(tokens).encode(), FORM)

    assert by_form.json == verify(world, tokens).json
    assert by_form.json["verified"] is True


@pytest.mark.parametrize("refresh", [{}, {"refresh_token": None}, {"refresh_token": ""}])
def test_a_refresh_token_is_not_needed_while_the_others_are_good(
    world: LiveWebWorld, refresh: dict[str, object]
) -> None:
    members = {**members_of(world.tokens())}
    del members["refresh_token"]

    fresh = verify(world, {**members, **refresh})
    world.clock.advance(EXPIRED)
    expired = verify(world, {**members, **refresh})

    assert fresh.json["verified"] is True
    assert expired.json == {"verified": False, "reason": "token_expired"}


@pytest.mark.parametrize("age", [DUE, EXPIRED], ids=["due", "expired"])
def test_tokens_that_are_due_come_back_refreshed(world: LiveWebWorld, age: timedelta) -> None:
    # RF-01, RF-03
    world.provider.rotates = True
    tokens = world.tokens()
    world.clock.advance(age)

    answer, again = verify(world, members_of(tokens)), verify(world, members_of(tokens))

    fresh = answer.json["tokens"]
    assert answer.json["verified"] is True
    assert fresh["refresh_token"] == "refresh-token-000002"
    assert again.json["tokens"] == fresh
    assert len(world.provider.sent) == 1
    assert verify(world, fresh).json.keys() == {"verified", "user"}


@pytest.mark.parametrize(
    "missing", [("id_token",), ("access_token",), ("id_token", "access_token")]
)
def test_a_set_that_is_not_whole_is_no_session(
    world: LiveWebWorld, missing: tuple[str, ...]
) -> None:
    whole = members_of(world.tokens())
    torn = {name: value for name, value in whole.items() if name not in missing}
    empty = {name: "" if name in missing else value for name, value in whole.items()}

    for members in (torn, empty):
        for answer in (verify(world, members), verify(world, urlencode(members).encode(), FORM)):
            assert answer.status == 200
            assert answer.json == {"verified": False, "reason": "no_session"}


BAD: list[tuple[str, str]] = [
    ("swapped", "token_claim"),
    ("altered", "token_signature"),
    ("of another pool", "token_unknown_key"),
    ("garbage", "token_malformed"),
    ("revoked", "session_revoked"),
    ("refused", "refresh_rejected"),
]


@pytest.mark.parametrize(("kind", "reason"), BAD)
def test_bad_tokens_are_refused_with_a_reason(world: LiveWebWorld, kind: str, reason: str) -> None:
    # TV-01, TV-09, RF-02, RF-08
    tokens = world.tokens()
    members = members_of(tokens)
    if kind == "swapped":
        members |= {"id_token": tokens.access_token, "access_token": tokens.id_token}
    elif kind == "altered":
        head, body, _ = tokens.access_token.split(".")
        members["access_token"] = f"{head}.{body}.{tokens.id_token.rpartition('.')[2]}"
    elif kind == "of another pool":
        other = LiveWebWorld()
        other.mint.rotate(keep_old=False)
        members = members_of(other.tokens()) | {"refresh_token": ""}
    elif kind == "garbage":
        members["access_token"] = "no token"
    elif kind == "revoked":
        world.revocations.revoke_session("sign-in-1", until=world.clock.now() + EXPIRED)
    else:
        world.provider.forget(tokens.refresh_token)  # type: ignore[arg-type]
        world.clock.advance(EXPIRED)

    answer = verify(world, members)

    assert (answer.status, answer.json) == (200, {"verified": False, "reason": reason})


def test_an_outage_is_503_and_no_verdict(world: LiveWebWorld) -> None:
    # RF-02
    tokens = world.tokens()
    world.provider.available = False
    world.clock.advance(EXPIRED)

    answer = verify(world, members_of(tokens))

    assert (answer.status, answer.json["reason"]) == (503, "provider_unavailable")
    assert "verified" not in answer.json
    assert int(answer.header("retry-after") or 0) >= 1


def test_an_outage_of_the_keys_is_503_too(world: LiveWebWorld) -> None:
    # KF-08
    tokens = world.tokens()
    world.keys.is_up = False

    assert verify(world, members_of(tokens)).status == 503


STRANGERS: list[Any] = [
    (),
    (("authorization", f"Bearer {CALLER_KEY[:-1]}"),),
    (("authorization", f"Bearer {CALLER_KEY}x"),),
    (("authorization", f"Bearer  {CALLER_KEY}"),),
    (("authorization", f"Basic {CALLER_KEY}"),),
    (("authorization", CALLER_KEY),),
    (("authorization", "Bearer "),),
    (("authorization", "Bearer"),),
    (("authorization", "Bearer \xff\xfe"),),
    (("authorization", f"Bearer {'a' * 9000}"),),
    (KEY, KEY),
    (("x-api-key", CALLER_KEY),),
    (("authorization", f"Bearer cms={CALLER_KEY}"),),
]


def everything(world: LiveWebWorld) -> list[tuple[bytes, tuple[tuple[str, str], ...]]]:
    """Bodies of all kinds: good, bad, too large, of no type."""
    good = json.dumps(members_of(world.tokens())).encode()
    return [
        (good, (JSON,)),
        (b"{", (JSON,)),
        (b"", ()),
        (b"a" * (MAX_BODY_BYTES + 1), (JSON,)),
        (b"", (("content-length", "99999999"),)),
        (good, (("content-type", "text/plain"),)),
    ]


@pytest.mark.parametrize("headers", STRANGERS, ids=lambda headers: repr(headers)[:60])
@pytest.mark.parametrize("target", [VERIFY, f"{VERIFY}/batch"])
def test_who_shows_no_good_key_gets_one_and_the_same_answer(
    world: LiveWebWorld, target: str, headers: Any
) -> None:
    # VA-01
    answers = {
        world.visit(target, method="POST", headers=[*headers, *more], body=body)
        for body, more in everything(world)
    }

    (answer,) = answers
    assert (answer.status, answer.json) == (401, {"reason": "caller_rejected"})
    assert answer.header("www-authenticate") == "Bearer"
    assert world.audit.events[-1].action == "verify.caller"


def test_the_body_of_a_stranger_is_not_read(world: LiveWebWorld) -> None:
    # VA-01, DL-03
    answer = world.visit(VERIFY, method="POST", headers=[JSON], body=None)

    assert answer.status == 401


def test_without_keys_everybody_is_a_stranger() -> None:
    # VA-01
    world = LiveWebWorld(VERIFY_CALLER_KEYS="")

    for header in (KEY, ("authorization", "Bearer "), ("authorization", "Bearer None")):
        assert verify(world, members_of(world.tokens()), key=[header]).status == 401


def test_several_keys_are_good_at_once_and_their_names_are_recorded(world: LiveWebWorld) -> None:
    # VA-01
    tokens = members_of(world.tokens())
    old = ("authorization", f"bearer {OLD_CALLER_KEY}")

    assert verify(world, tokens, key=[old]).json["verified"] is True
    assert (
        verify(world, {"id_token": "x", "access_token": "y"}, key=[KEY]).json["verified"] is False
    )
    counts = world.container.counter().counts()  # type: ignore[attr-defined]
    assert counts["verify.caller", "accepted", "cms"] == 2
    event = world.audit.events[-1]
    assert (event.action, event.outcome, event.caller) == ("verify", "rejected", "cms")


@pytest.mark.parametrize(
    "keys",
    [
        "cms",
        "cms=",
        "cms=" + "a" * 31,
        f"={CALLER_KEY}",
        f"CMS={CALLER_KEY}",
        f"cms={CALLER_KEY} shop={CALLER_KEY}",
        f"c@s={CALLER_KEY}",
        "cms=" + "é" * 40,
        " ".join(f"c{n}={n:040d}" for n in range(65)),
    ],
)
def test_keys_that_protect_nothing_are_refused_at_start(keys: str) -> None:
    with pytest.raises(ConfigurationError, match="AUTHCORE_VERIFY_CALLER_KEYS") as caught:
        LiveWebWorld(VERIFY_CALLER_KEYS=keys)

    assert CALLER_KEY not in str(caught.value)


UNREADABLE: list[tuple[bytes, tuple[str, str], int, str]] = [
    (b"", JSON, 400, "body_malformed"),
    (b"{", JSON, 400, "body_malformed"),
    (b"[]", JSON, 400, "body_malformed"),
    (b"null", JSON, 400, "body_malformed"),
    (b'"a"', JSON, 400, "body_malformed"),
    (b"{} {}", JSON, 400, "body_malformed"),
    (b'{"id_token": NaN}', JSON, 400, "body_malformed"),
    (b'{"id_token": 1}', JSON, 400, "body_malformed"),
    (b'{"id_token": true}', JSON, 400, "body_malformed"),
    (b'{"id_token": ["a"]}', JSON, 400, "body_malformed"),
    (b'{"id_token": {"a": "b"}}', JSON, 400, "body_malformed"),
    (b'{"id_token": "a", "id_token": "a"}', JSON, 400, "body_malformed"),
    (b'{"id_token": "a", "id_toke\\u006e": "b"}', JSON, 400, "body_malformed"),
    (b'{"refreshToken": "a"}', JSON, 400, "body_malformed"),
    (b'{"id_token": "\\ud800"}', JSON, 400, "body_malformed"),
    (b'{"id_token": "\xff"}', JSON, 400, "body_malformed"),
    (b"\xef\xbb\xbf{}", JSON, 400, "body_malformed"),
    (b"{}".decode().encode("utf-16"), JSON, 400, "body_malformed"),
    (b'{"a":' * 12_000, JSON, 400, "body_malformed"),
    (b"[" * 60_000, JSON, 400, "body_malformed"),
    (b'{"id_token": ' + b"1" * 60_000 + b"}", JSON, 400, "body_malformed"),
    (b"id_token=a&id_token=a", FORM, 400, "body_malformed"),
    (b"id_token", FORM, 400, "body_malformed"),
    (b"id_token=%ff", FORM, 400, "body_malformed"),
    (b"id_token=%", FORM, 400, "body_malformed"),
    (b"other=a", FORM, 400, "body_malformed"),
    (b"&".join(b"f%d=a" % n for n in range(40)), FORM, 400, "body_malformed"),
    (b"{}", ("content-type", "text/plain"), 415, "body_media_type"),
    (b"{}", ("content-type", ""), 415, "body_media_type"),
    (b"{}", ("content-type", "application/jsonp"), 415, "body_media_type"),
    (b"{}", ("content-type", "application/json, text/plain"), 415, "body_media_type"),
    (b"{}", ("content-type", "multipart/form-data; boundary=a"), 415, "body_media_type"),
    (b"{}", ("accept", "application/json"), 415, "body_media_type"),
]


@pytest.mark.parametrize(
    ("body", "header", "status", "reason"), UNREADABLE, ids=lambda value: repr(value)[:40]
)
def test_a_body_that_readers_could_disagree_on_is_not_read(
    world: LiveWebWorld, body: bytes, header: tuple[str, str], status: int, reason: str
) -> None:
    # VA-05, VA-07, TV-15
    answer = verify(world, body, header)

    assert (answer.status, answer.json["reason"]) == (status, reason)
    assert answer.json["reference"] == world.audit.events[-1].reference
    assert world.audit.events[-1].caller == "cms"


def test_a_media_type_may_have_parameters_and_any_case(world: LiveWebWorld) -> None:
    header = ("content-type", "Application/JSON; charset=UTF-8")

    assert verify(world, members_of(world.tokens()), header).json["verified"] is True


def test_bodies_beyond_the_bound_are_refused_unread(world: LiveWebWorld) -> None:
    # DL-02, DL-03
    exact = b'{"id_token": null' + b" " * (MAX_BODY_BYTES - 18) + b"}"

    def sent(body: Any, *more: tuple[str, str]) -> tuple[int, str]:
        answer = world.visit(VERIFY, method="POST", headers=[KEY, JSON, *more], body=body)
        return answer.status, answer.json["reason"]

    assert len(exact) == MAX_BODY_BYTES
    assert sent(exact) == (200, "no_session")
    assert sent(exact + b" ") == (413, "body_too_large")
    assert sent([exact, b" "]) == (413, "body_too_large")
    assert sent([b" "] * 70_000) == (413, "body_too_large")
    assert sent(None, ("content-length", str(MAX_BODY_BYTES + 1))) == (413, "body_too_large")
    assert sent([b"{"]) == (400, "body_malformed")
    assert sent([]) == (400, "body_malformed")


@pytest.mark.parametrize("name", ["id_token", "access_token", "refresh_token"])
def test_a_token_that_is_too_long_is_refused_before_anybody_looks_into_it(
    world: LiveWebWorld, name: str
) -> None:
    # DL-01
    members = members_of(world.tokens())
    at_bound = verify(world, members | {name: "a" * MAX_TOKEN_LENGTH})
    beyond = verify(world, members | {name: "a" * (MAX_TOKEN_LENGTH + 1)})

    assert beyond.json == {"verified": False, "reason": "token_malformed"}
    assert at_bound.json["verified"] is (name == "refresh_token")


@pytest.mark.parametrize("token", ["a b", "a\nb", "é", "\x00", "a\x7f"])
def test_a_refresh_token_that_is_none_is_not_sent_on(world: LiveWebWorld, token: str) -> None:
    world_members = members_of(world.tokens())
    world.clock.advance(EXPIRED)

    answer = verify(world, world_members | {"refresh_token": token})

    assert answer.json == {"verified": False, "reason": "token_malformed"}
    assert world.provider.sent == []


def test_tokens_whose_keys_are_at_hand_are_judged_on_the_event_loop(world: LiveWebWorld) -> None:
    members = members_of(world.tokens())
    world.visit("/readyz")
    world.container.threads()._waiting = (
        0  # from here on, every call that needs a thread is refused
    )

    assert verify(world, members).json["verified"] is True
    assert verify(world, {"id_token": "a", "access_token": "b"}).json["verified"] is False
    world.clock.advance(EXPIRED)
    assert verify(world, members).status == 503


def test_neither_cookies_nor_the_old_login_count_here(world: LiveWebWorld) -> None:
    world.sign_in()
    world.sign_in_to_legacy()

    answer = verify(world, b"{}")

    assert answer.json == {"verified": False, "reason": "no_session"}
    assert answer.all("set-cookie") == []


def test_secrets_reach_neither_audit_nor_logs(
    world: LiveWebWorld, caplog: pytest.LogCaptureFixture
) -> None:
    # SP-11
    caplog.set_level("DEBUG")
    tokens = world.tokens()
    world.clock.advance(EXPIRED)
    verify(world, members_of(tokens))
    verify(world, members_of(tokens) | {"id_token": "x"})
    verify(world, b"{", JSON)

    everywhere = caplog.text + repr(world.audit.events) + repr(world.container.api_keys())
    everywhere += repr(world.container.settings())
    for secret in (*members_of(tokens).values(), CALLER_KEY, OLD_CALLER_KEY, "canary@example.com"):
        assert secret not in everywhere
