"""What counts as an answer of the token endpoint, what as a refusal, and what as neither."""

import json

import pytest

from authcore.adapters.cognito.token_response import token_set
from authcore.adapters.http import HttpAnswer
from authcore.domain.errors import (
    AuthcoreError,
    ClientMisconfiguredError,
    CodeRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from unit.token_answers import GOOD, WHOLE, http_answer


TOKENS = TokenSet("aaa.bbb-_=.ccc", "ddd.eee.fff", RefreshToken("ggg.hhh.iii.jjj.kkk"))


def _with(**changes: object) -> bytes:
    return json.dumps({**GOOD, **changes}).encode()


def _without(name: str) -> bytes:
    return json.dumps({key: value for key, value in GOOD.items() if key != name}).encode()


def test_three_tokens_are_read_as_they_were_issued() -> None:
    assert token_set(http_answer(200, WHOLE)) == TOKENS


@pytest.mark.parametrize(
    "answer",
    [
        http_answer(200, _with(scope="openid", **{"": None}, more=[{"a": [1.5]}])),
        http_answer(200, _with(token_type="bearer")),
        http_answer(200, _with(token_type="BEARER", expires_in=1)),
        http_answer(200, WHOLE, "Application/JSON; charset=UTF-8"),
        http_answer(200, b"\r\n " + WHOLE + b"\n"),
        http_answer(200, _with(more=[[]] * 30)),
    ],
    ids=["more members", "lower case", "upper case", "charset", "white space", "31 brackets"],
)
def test_what_does_not_matter_is_tolerated(answer: HttpAnswer) -> None:
    # SP-08
    assert token_set(answer) == TOKENS


def test_the_longest_token_is_taken() -> None:
    # DL-03
    longest = "a" * 8192

    assert token_set(http_answer(200, _with(id_token=longest))).id_token == longest


@pytest.mark.parametrize(
    "body",
    [
        *(_without(name) for name in GOOD),
        *(_with(**{name: None}) for name in GOOD),
        *(_with(**{name: ["a"]}) for name in GOOD),
        *(_with(**{name: ""}) for name in GOOD),
        *(_with(id_token=value) for value in ("a b", "a\n", "ä", "a" * 8193, 1, True, "\ud800")),
        *(_with(token_type=value) for value in ("mac", "Bearer ", "DPoP", 1)),
        *(_with(expires_in=value) for value in (0, -1, True, 3600.0, "3600", 1e400)),
        WHOLE.replace(b"3600", b"NaN"),
        WHOLE.replace(b"3600", b"9" * 5000),
        WHOLE[:-1] + b',"id_token":"ddd.eee.fff"}',
        WHOLE[:-1] + b',"x":{"y":1,"y":1}}',
        WHOLE + WHOLE,
        b"[" + WHOLE + b"]",
        b"\xef\xbb\xbf" + WHOLE,
        json.dumps(GOOD).encode("utf-16"),
        WHOLE[:-1] + b',"x":"\xff"}',
        WHOLE[:-1] + b',"x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        _with(more=[[]] * 31),
        *(b"", b"null", b"true", b"0", b'""', b"[]", b"{}", b"<html>ok</html>", b"\x00"),
        b'{"error":"invalid_grant"}',
    ],
)
def test_a_200_that_is_not_exactly_three_tokens_is_no_answer(body: bytes) -> None:
    # SP-08, DL-03
    with pytest.raises(ProviderUnavailableError):
        token_set(http_answer(200, body))


@pytest.mark.parametrize("media_type", ["", "text/html", "text/json", "application/json+x", "json"])
@pytest.mark.parametrize(("status", "body"), [(200, WHOLE), (400, b'{"error":"invalid_grant"}')])
def test_what_does_not_say_that_it_is_json_is_no_answer(
    status: int, body: bytes, media_type: str
) -> None:
    # SP-08
    with pytest.raises(ProviderUnavailableError):
        token_set(http_answer(status, body, media_type))


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("invalid_grant", CodeRejectedError),
        ("invalid_client", ClientMisconfiguredError),
        ("unauthorized_client", ClientMisconfiguredError),
    ],
)
def test_a_refusal_is_told_by_its_body(
    status: int, error: str, refusal: type[AuthcoreError]
) -> None:
    # SP-08: RFC 6749 §5.2; which of both statuses Cognito uses does not matter.
    body = json.dumps({"error": error, "error_description": "x"})

    with pytest.raises(refusal):
        token_set(http_answer(status, body))


@pytest.mark.parametrize("status", [201, 204, 206, 301, 302, 307, 403, 404, 408, 429, 500, 503])
@pytest.mark.parametrize("body", [WHOLE, b'{"error":"invalid_grant"}'])
def test_another_status_is_no_answer_whatever_its_body_says(status: int, body: bytes) -> None:
    # SP-08
    with pytest.raises(ProviderUnavailableError):
        token_set(http_answer(status, body))


@pytest.mark.parametrize(
    "body",
    [
        b'{"error":"invalid_request"}',
        b'{"error":"unsupported_grant_type"}',
        b'{"error":"invalid_scope"}',
        b'{"error":"INVALID_GRANT"}',
        b'{"error":"invalid_grant "}',
        b'{"error":["invalid_grant"]}',
        b'{"error":{"invalid_grant":1}}',
        b'{"error":null}',
        b'{"error":"invalid_grant","error":"invalid_grant"}',
        b'"invalid_grant"',
        b"error=invalid_grant",
        b"<html>invalid_grant</html>",
        WHOLE,
        b"",
    ],
)
def test_a_400_that_is_no_known_refusal_is_no_answer(body: bytes) -> None:
    # SP-08: saying no without knowing it would end sign-ins that could be begun again.
    with pytest.raises(ProviderUnavailableError):
        token_set(http_answer(400, body))


@pytest.mark.parametrize("length", range(len(WHOLE)))
def test_a_truncated_answer_is_no_answer(length: int) -> None:
    # SP-08
    with pytest.raises(ProviderUnavailableError):
        token_set(http_answer(200, WHOLE[:length]))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, _with(token_type="canary", id_token="canary canary")),
        (400, b'{"error":"invalid_grant","error_description":"canary"}'),
        (401, b'{"error":"invalid_client","error_description":"canary"}'),
        (500, b"canary"),
    ],
)
def test_errors_quote_nothing_of_the_answer(status: int, body: bytes) -> None:
    # SP-11
    with pytest.raises(AuthcoreError) as failure:
        token_set(http_answer(status, body))

    assert "canary" not in str(failure.value) + repr(failure.value)
