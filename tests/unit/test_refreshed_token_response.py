"""What the token endpoint may answer to a refresh, and the revoke endpoint to a revocation."""

import json

import pytest

from authcore.adapters.cognito.token_response import read_refreshed_tokens, require_revoked
from authcore.domain.errors import (
    AuthcoreError,
    ClientMisconfiguredError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from unit.token_answers import GOOD, WHOLE, http_answer


OLD = RefreshToken("the.old_one")
KEPT = {name: value for name, value in GOOD.items() if name != "refresh_token"}


def _written(members: object) -> bytes:
    return json.dumps(members).encode()


def test_without_a_refresh_token_the_old_one_is_kept() -> None:
    # RF-01
    tokens = read_refreshed_tokens(http_answer(200, _written(KEPT)), OLD)

    assert tokens == TokenSet("aaa.bbb-_=.ccc", "ddd.eee.fff", OLD)


def test_a_refresh_token_in_the_answer_takes_its_place() -> None:
    # RF-01
    tokens = read_refreshed_tokens(http_answer(200, WHOLE), OLD)

    assert tokens.refresh_token == "ggg.hhh.iii.jjj.kkk"


@pytest.mark.parametrize(
    "members",
    [
        *({**KEPT, "refresh_token": value} for value in (None, "", "a b", 1, ["a"], "a" * 8193)),
        *({key: value for key, value in KEPT.items() if key != name} for name in KEPT),
        *({**KEPT, name: None} for name in KEPT),
        {**KEPT, "token_type": "mac"},
        {**KEPT, "expires_in": 0},
        {"error": "invalid_grant"},
        {},
        [],
    ],
)
def test_a_200_that_is_not_exactly_a_token_answer_is_no_answer(members: object) -> None:
    # RF-02: a refresh token that cannot be read must not be taken for one that was kept.
    with pytest.raises(ProviderUnavailableError):
        read_refreshed_tokens(http_answer(200, _written(members)), OLD)


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        ("invalid_grant", RefreshTokenRejectedError),
        ("invalid_client", ClientMisconfiguredError),
        ("unauthorized_client", ClientMisconfiguredError),
        ("invalid_request", ProviderUnavailableError),
        ("unsupported_grant_type", ProviderUnavailableError),
        ("invalid_scope", ProviderUnavailableError),
        ("slow_down", ProviderUnavailableError),
        ("INVALID_GRANT", ProviderUnavailableError),
        (None, ProviderUnavailableError),
        (["invalid_grant"], ProviderUnavailableError),
    ],
)
def test_a_refusal_is_told_by_its_body(
    status: int, error: object, refusal: type[AuthcoreError]
) -> None:
    # RF-02
    with pytest.raises(refusal):
        read_refreshed_tokens(http_answer(status, _written({"error": error})), OLD)


@pytest.mark.parametrize("status", [201, 204, 302, 403, 404, 408, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("body", [WHOLE, b'{"error":"invalid_grant"}', b"", b"<html>no</html>"])
def test_another_status_ends_no_session_whatever_its_body_says(status: int, body: bytes) -> None:
    # RF-02
    with pytest.raises(ProviderUnavailableError):
        read_refreshed_tokens(http_answer(status, body), OLD)


@pytest.mark.parametrize("media_type", ["", "text/html", "text/json"])
@pytest.mark.parametrize(("status", "body"), [(200, WHOLE), (400, b'{"error":"invalid_grant"}')])
def test_what_does_not_say_that_it_is_json_ends_no_session(
    status: int, body: bytes, media_type: str
) -> None:
    # RF-02
    with pytest.raises(ProviderUnavailableError):
        read_refreshed_tokens(http_answer(status, body, media_type), OLD)


@pytest.mark.parametrize("media_type", ["", "text/html", "application/json"])
def test_200_without_a_body_is_a_revocation(media_type: str) -> None:
    # RF-06
    require_revoked(http_answer(200, b"", media_type))


def test_what_is_no_refresh_token_has_nothing_to_revoke() -> None:
    require_revoked(http_answer(400, b'{"error":"unsupported_token_type"}'))


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("error", ["invalid_client", "unauthorized_client"])
def test_a_refused_client_has_revoked_nothing(status: int, error: str) -> None:
    with pytest.raises(ClientMisconfiguredError):
        require_revoked(http_answer(status, _written({"error": error})))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"{}"),
        (200, b" "),
        (200, b"<html>Welcome to the airport</html>"),
        (200, b'{"error":"unsupported_token_type"}'),
        (201, b""),
        (204, b""),
        (302, b""),
        (400, b""),
        (400, b'{"error":"invalid_request"}'),
        (400, b'{"error":"invalid_grant"}'),
        (401, b'{"error":"unsupported_token_type"}'),
        (400, b"unsupported_token_type"),
        (404, b'{"error":"unsupported_token_type"}'),
        (429, b""),
        (500, b""),
        (503, b'{"error":"invalid_client"}'),
    ],
)
def test_anything_else_is_no_revocation(status: int, body: bytes) -> None:
    # RF-06
    with pytest.raises(ProviderUnavailableError):
        require_revoked(http_answer(status, body))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, _written({**KEPT, "id_token": "canary canary"})),
        (400, b'{"error":"invalid_grant","error_description":"canary"}'),
        (401, b'{"error":"invalid_client","error_description":"canary"}'),
        (400, b'{"error":"canary"}'),
        (500, b"canary"),
    ],
)
def test_errors_quote_nothing_of_the_answer(status: int, body: bytes) -> None:
    # SP-11
    failures = []
    for read in (lambda answer: read_refreshed_tokens(answer, OLD), require_revoked):
        with pytest.raises(AuthcoreError) as failure:
            read(http_answer(status, body))
        failures.append(str(failure.value) + repr(failure.value))

    assert "canary" not in "".join(failures)
    assert OLD not in "".join(failures)
