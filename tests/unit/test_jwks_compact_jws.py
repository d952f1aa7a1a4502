"""The compact serialisation: which spellings are read, and that refusing costs next to nothing."""

import json
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest

from authcore.adapters.jwks.compact_jws import (
    MAX_HEADER_LENGTH,
    MAX_KID_LENGTH,
    claims_of,
    octets_of,
    parse,
)
from authcore.adapters.strict_json import MAX_DEPTH, MAX_DIGITS, json_object
from authcore.adapters.system import monotonic
from authcore.domain.errors import MalformedTokenError
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH
from support.gate import Stopwatch
from unit.compact_tokens import encoded, token


QUICKLY = 0.010
"""Seconds.  Generous: refusing takes microseconds."""


def good_header(**parameters: object) -> dict[str, object]:
    return {"kid": "k", "alg": "RS256", **parameters}


def refused_quickly(stopwatch: Stopwatch, refuse: Callable[[], object]) -> bool:
    """Of three refusals, one at least is; where time is not measured, any is quick enough."""
    durations = []
    for _ in range(3 if stopwatch.measures else 1):
        began = monotonic()
        with pytest.raises(MalformedTokenError):
            refuse()
        durations.append(monotonic() - began)
    return min(durations) < QUICKLY or not stopwatch.measures


def test_a_token_is_taken_apart() -> None:
    parts = parse(token(good_header(), b'{"sub":"s"}'))
    assert (parts.kid, parts.payload, parts.signature) == ("k", b'{"sub":"s"}', b"\0\0\0")
    assert parts.signed + b".AAAA" == token(good_header(), b'{"sub":"s"}')


@pytest.mark.parametrize("dots", [0, 1, 3, 4, 5000])
def test_three_segments_and_no_other_number(dots: int) -> None:
    # TV-06: JWS JSON serialisation, JWE's five segments
    with pytest.raises(MalformedTokenError):
        parse(b".".join([encoded(b'{"kid":"k","alg":"RS256"}')] * (dots + 1)))


@pytest.mark.parametrize(
    "algorithm",
    [
        *("none", "NONE", "nOnE", "HS256", "PS256", "ES256", "rs256", "RS256 ", ""),
        *(None, 256, True, ["RS256"], {"RS256": 1}),
    ],
)
def test_the_algorithm_is_rs256(algorithm: object) -> None:
    # TV-02
    with pytest.raises(MalformedTokenError):
        parse(token(good_header(alg=algorithm)))


def test_the_algorithm_cannot_be_missing() -> None:
    # TV-02
    with pytest.raises(MalformedTokenError):
        parse(token({"kid": "k"}))


@pytest.mark.parametrize(
    "parameter",
    [
        {"jwk": {"kty": "RSA"}},
        {"jku": "https://attacker.example/jwks.json"},
        {"x5u": "https://attacker.example/cert.pem"},
        {"x5c": ["MIIB"]},
        {"jwk": None},
    ],
)
def test_a_token_cannot_bring_its_own_key(parameter: dict[str, object]) -> None:
    # TV-04
    with pytest.raises(MalformedTokenError):
        parse(token(good_header(**parameter)))


@pytest.mark.parametrize("critical", [[], ["exp"], ["b64"], "exp", None, {}, 1])
def test_any_critical_extension_is_refused(critical: object) -> None:
    # TV-05
    with pytest.raises(MalformedTokenError):
        parse(token(good_header(crit=critical)))


@pytest.mark.parametrize("b64", [False, True, None])
def test_an_unencoded_payload_is_refused(b64: object) -> None:
    # TV-05
    with pytest.raises(MalformedTokenError):
        parse(token(good_header(b64=b64)))


@pytest.mark.parametrize("typ", ["JWT", "jwt", "at+jwt", "application/at+JWT"])
def test_types_of_identity_and_access_tokens_are_read(typ: str) -> None:
    assert parse(token(good_header(typ=typ))).kid == "k"


@pytest.mark.parametrize("typ", ["logout+jwt", "dpop+jwt", "secevent+jwt", "JOSE", "", None, 1])
def test_other_types_of_tokens_are_refused(typ: object) -> None:
    with pytest.raises(MalformedTokenError):
        parse(token(good_header(typ=typ)))


def test_parameters_nobody_knows_are_ignored() -> None:
    assert parse(token(good_header(x5t="abc", new=[1, {"a": 2}]))).kid == "k"


@pytest.mark.parametrize("kid", [None, 1, True, [], {}, "", "k" * (MAX_KID_LENGTH + 1)])
def test_a_key_id_is_a_text_of_bounded_length(kid: object) -> None:
    # KF-04
    with pytest.raises(MalformedTokenError):
        parse(token(good_header(kid=kid)))


def test_a_key_id_cannot_be_missing() -> None:
    # KF-04
    with pytest.raises(MalformedTokenError):
        parse(token({"alg": "RS256"}))


def test_a_header_of_the_greatest_length_is_read_and_one_longer_is_not() -> None:
    room = MAX_HEADER_LENGTH * 3 // 4 - len(json.dumps(good_header(x="")))
    assert parse(token(good_header(x="x" * room))).kid == "k"
    with pytest.raises(MalformedTokenError):
        parse(token(good_header(x="x" * (room + 1))))


BAD_JSON = [
    b"",
    b" ",
    b"null",
    b"true",
    b"1",
    b'"text"',
    b"[]",
    b'[{"alg":"RS256","kid":"k"}]',
    b"{",
    b"{}{}",
    b"{'alg':'RS256'}",
    b'{"a":NaN}',
    b'{"a":Infinity}',
    b'{"a":-Infinity}',
    b'{"a":1,}',
    b'{"a":01}',
    b'{"a":"\x01"}',
    b'{"a":"\xff"}',
    b'{"a":"\xed\xa0\x80"}',
    b'{"a":"\\ud800"}',
    b'{"\\udfff":1}',
    b'{"a":{"b":"\\uDC00"}}',
    b'\xef\xbb\xbf{"a":1}',
    '{"a":1}'.encode("utf-16"),
    '{"a":1}'.encode("utf-32"),
    b'{"a":1,"a":1}',
    b'{"a":1,"\\u0061":2}',
    b'{"a":{"b":1,"b":2}}',
    b'{"a":[{"b":1,"b":2}]}',
    b'{"a":' + b"9" * (MAX_DIGITS + 1) + b"}",
    b'{"a":-' + b"9" * MAX_DIGITS + b"}",
    b'{"a":' * MAX_DEPTH + b"{}" + b"}" * MAX_DEPTH,
    b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}",
    b'{"a":' + b"[" * 6000,
    b'{"a":' * 1200,
    b'{"\\"":"[[[[[[[[[[[[[[[[[[[[',
]


@pytest.mark.parametrize("octets", BAD_JSON, ids=lambda octets: repr(octets[:24]))
def test_header_and_payload_are_unambiguous_json_objects(octets: bytes) -> None:
    # TV-15
    with pytest.raises(MalformedTokenError):
        parse(token(octets))
    with pytest.raises(MalformedTokenError):
        claims_of(octets)


def test_brackets_in_texts_nest_nothing() -> None:
    text = '[{"\\' * 100
    assert json_object(json.dumps({"a": text}).encode()) == {"a": text}


def test_json_of_the_greatest_depth_and_length_of_number_is_read() -> None:
    # TV-15
    deep = b'{"a":' + b"[" * (MAX_DEPTH - 1) + b"9" * MAX_DIGITS + b"]" * (MAX_DEPTH - 1) + b"}"
    assert list(json_object(deep)) == ["a"]


def test_whole_surrogate_pairs_are_text() -> None:
    assert json_object(b'{"a":"\\ud83d\\udc0e"}') == {"a": "\N{HORSE}"}


@pytest.mark.parametrize("text", ["x", "{", "\N{HORSE}", "a.b.", "e30."])
def test_an_oversize_token_is_refused_whatever_its_length(text: str, stopwatch: Stopwatch) -> None:
    # DL-01: measured in tests/bench; here only that it does not grow with length.
    for length in (MAX_TOKEN_LENGTH + 1, 16 * 2**10, 2**20, 8 * 2**20):
        oversize = (text * (length // len(text) + 1))[:length]
        assert refused_quickly(stopwatch, partial(octets_of, oversize))


@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: b"A" * size,
        lambda size: b"." * size,
        lambda size: b"A." * (size // 2),
        lambda size: token(b"[" * (size * 3 // 4)),
        lambda size: token(good_header(), b'{"a":"' + b'\\"' * (size * 3 // 8)),
    ],
)
def test_refusal_takes_no_more_than_linear_time(
    hostile: Callable[[int], bytes], stopwatch: Stopwatch
) -> None:
    # DL-05: the bound of the longest input that is looked at is far below any quadratic one.
    octets = hostile(MAX_TOKEN_LENGTH)
    assert refused_quickly(stopwatch, lambda: claims_of(parse(octets).payload))


@pytest.mark.measures_time
def test_looking_for_brackets_takes_linear_time() -> None:
    # DL-05
    def duration(size: int) -> float:
        octets = b"[" * (MAX_DEPTH + 1) + b'"' + b'\\"' * size
        began = monotonic()
        for _ in range(20):
            with pytest.raises(ValueError, match="nested"):
                json_object(octets)
        return monotonic() - began

    durations = [min(duration(size) for _ in range(5)) for size in (8192, 16384, 32768)]
    assert all(after < 4 * before for before, after in pairwise(durations))


def test_the_repr_of_a_token_shows_nothing_of_it() -> None:
    assert "sub" not in repr(parse(token(good_header(), b'{"sub":"canary"}')))
