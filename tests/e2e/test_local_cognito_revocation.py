"""Sessions that end at the local Cognito: one that is revoked, or all of one user's."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from authcore.adapters.jwks.key_set import StaticKeys
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore_local.cognito.auth_sessions import MAX_REFRESH_TOKENS, MAX_SESSIONS, AuthSessions
from authcore_local.cognito.idp_api.authentication import secret_hash
from support.local_pool import CLIENT_ID, CLIENT_SECRET, PASSWORD, LocalPool
from support.local_refresh import Refreshed, at_the_token_endpoint, by_auth_flow, by_get_tokens


Revoke = Callable[[LocalPool, str], None]


def at_the_revoke_endpoint(pool: LocalPool, token: str) -> None:
    answer = pool.post("/oauth2/revoke", {"token": token})
    assert (answer.status, answer.body, answer.header("cache-control")) == (200, b"", "no-store")


def by_revoke_token(pool: LocalPool, token: str) -> None:
    given = {"Token": token, "ClientId": CLIENT_ID, "ClientSecret": CLIENT_SECRET}
    answer = pool.call("RevokeToken", given)
    assert (answer.status, answer.body) == (200, b"{}")


both_ways = pytest.mark.parametrize("revoke", [at_the_revoke_endpoint, by_revoke_token])


@pytest.fixture
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


def is_over(pool: LocalPool, token: str) -> bool:
    """Whether no way of refreshing honours *token*."""
    trades = [way(pool, token) for way in (at_the_token_endpoint, by_get_tokens, by_auth_flow)]
    assert trades[0] == Refreshed(error="invalid_grant") or not trades[0].error
    return not any(trade.access_token for trade in trades)


@both_ways
class TestOneSession:
    """POST /oauth2/revoke and RevokeToken."""

    def test_it_ends_and_the_users_others_do_not(self, pool: LocalPool, revoke: Revoke) -> None:
        # RF-06
        ended, kept = pool.sign_in(), pool.sign_in()
        revoke(pool, ended["refresh_token"])

        assert is_over(pool, ended["refresh_token"])
        assert not is_over(pool, kept["refresh_token"])

    def test_its_access_tokens_are_worth_nothing_at_cognito_and_still_verify(
        self, pool: LocalPool, revoke: Revoke
    ) -> None:
        # RF-08: a signed token stays acceptable offline until it expires.
        first = pool.sign_in()
        fresh = at_the_token_endpoint(pool, first["refresh_token"])
        for token in (first["access_token"], fresh.access_token):
            assert pool.user_info(token).status == 200
        revoke(pool, first["refresh_token"])
        jwks = pool.http.request("GET", f"{pool.config.issuer}/.well-known/jwks.json").body

        for token in (first["access_token"], fresh.access_token):
            assert pool.user_info(token).status == 401
            assert JwksSignatureVerifier(StaticKeys(jwks)).verify(token)

    def test_revoking_twice_is_revoking_once(self, pool: LocalPool, revoke: Revoke) -> None:
        token = pool.sign_in()["refresh_token"]
        revoke(pool, token)
        revoke(pool, token)

    @pytest.mark.parametrize("token", ["unknown", "a.b", "ü", "a" * 2000])
    def test_what_was_never_issued_is_no_error(
        self, pool: LocalPool, revoke: Revoke, token: str
    ) -> None:
        revoke(pool, token)

    def test_every_refresh_token_of_a_rotating_session_ends_it(self, revoke: Revoke) -> None:
        with LocalPool(refresh_token_rotation=True) as pool:
            for position in range(2):
                tokens = [pool.sign_in()["refresh_token"]]
                tokens.append(at_the_token_endpoint(pool, tokens[0]).refresh_token)
                revoke(pool, tokens[position])

                assert all(is_over(pool, token) for token in tokens)


class TestTheRevokeEndpoint:
    """What is no revocation."""

    @pytest.mark.parametrize(
        ("fields", "secret", "status", "error"),
        [
            ({}, CLIENT_SECRET, 400, "invalid_request"),
            ({"token": ""}, CLIENT_SECRET, 400, "invalid_request"),
            ({"token": "x"}, "wrong", 401, "invalid_client"),
            ({"token": "x", "client_id": "other"}, CLIENT_SECRET, 400, "invalid_request"),
        ],
    )
    def test_it_is_refused(
        self, pool: LocalPool, fields: dict[str, str], secret: str, status: int, error: str
    ) -> None:
        answer = pool.post("/oauth2/revoke", fields, secret=secret)

        assert (answer.status, json.loads(answer.body)) == (status, {"error": error})

    def test_a_wrong_secret_revokes_nothing(self, pool: LocalPool) -> None:
        token = pool.sign_in()["refresh_token"]
        pool.post("/oauth2/revoke", {"token": token}, secret="wrong")

        assert not is_over(pool, token)

    @pytest.mark.parametrize("name", ["id_token", "access_token"])
    def test_only_refresh_tokens_can_be_revoked(self, pool: LocalPool, name: str) -> None:
        tokens = pool.sign_in()
        answer = pool.post("/oauth2/revoke", {"token": tokens[name]})

        assert (answer.status, json.loads(answer.body)) == (
            400,
            {"error": "unsupported_token_type"},
        )
        assert not is_over(pool, tokens["refresh_token"])

    def test_the_token_is_in_no_hop(self, pool: LocalPool) -> None:
        # SP-11
        token = pool.sign_in()["refresh_token"]
        at_the_revoke_endpoint(pool, token)

        assert token not in repr(pool.flow.since(0))


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"Token": ""}, "InvalidParameterException"),
        ({"ClientId": "other"}, "UnauthorizedException"),
        ({"ClientSecret": "wrong"}, "UnauthorizedException"),
        ({"Token": "a.b.c"}, "UnsupportedTokenTypeException"),
    ],
)
def test_revoke_token_refuses(pool: LocalPool, changes: dict[str, str], kind: str) -> None:
    given = {"Token": "x", "ClientId": CLIENT_ID, "ClientSecret": CLIENT_SECRET, **changes}

    assert json.loads(pool.call("RevokeToken", given).body)["__type"] == kind


@pytest.mark.parametrize("operation", ["AdminUserGlobalSignOut", "AdminDisableUser"])
class TestAllSessionsOfAUser:
    """What administrators end."""

    def test_all_of_them_end_and_nobody_elses(self, pool: LocalPool, operation: str) -> None:
        # RF-08
        pool.cognito.users.create("berta", PASSWORD, status="CONFIRMED", attributes={})
        mine, hers = [pool.sign_in(), pool.sign_in()], pool.sign_in("berta")
        answer = pool.administer(operation)

        assert (answer.status, answer.body) == (200, b"{}")
        for tokens in mine:
            assert is_over(pool, tokens["refresh_token"])
            assert pool.user_info(tokens["access_token"]).status == 401
        assert not at_the_token_endpoint(pool, hers["refresh_token"]).error
        assert pool.user_info(hers["access_token"]).status == 200

    def test_the_user_can_be_called_by_sub(self, pool: LocalPool, operation: str) -> None:
        token = pool.sign_in()["refresh_token"]
        pool.administer(operation, pool.anna.subject)

        assert is_over(pool, token)

    def test_who_may_sign_in_again_gets_a_session_and_no_old_one_back(
        self, pool: LocalPool, operation: str
    ) -> None:
        old = pool.sign_in()["refresh_token"]
        pool.administer(operation)
        pool.administer("AdminEnableUser")
        new = pool.sign_in()["refresh_token"]

        assert is_over(pool, old)
        assert not is_over(pool, new)

    def test_nobody_is_not_found(self, pool: LocalPool, operation: str) -> None:
        answer = pool.administer(operation, "nobody")

        assert json.loads(answer.body)["__type"] == "UserNotFoundException"

    def test_it_needs_a_signature(self, pool: LocalPool, operation: str) -> None:
        answer = pool.call(operation, {"UserPoolId": pool.config.pool_id, "Username": "anna"})

        assert json.loads(answer.body)["__type"] == "MissingAuthenticationTokenException"


def test_no_more_sessions_are_held_than_is_said(pool: LocalPool) -> None:
    sessions: AuthSessions = pool.cognito.sessions
    now = pool.clock.now()
    begun = [
        sessions.begin("s", scopes=(), signed_in_at=now, hosted=True)
        for _ in range(MAX_SESSIONS + 1)
    ]

    assert sessions.is_over(begun[0][0].origin_jti)
    assert not sessions.is_over(begun[1][0].origin_jti)
    assert MAX_REFRESH_TOKENS >= MAX_SESSIONS


class TestGlobalSignOut:
    """What whoever has an access token of the API can end."""

    def test_all_sessions_of_the_user_end_and_nobody_elses(self, pool: LocalPool) -> None:
        # RF-08
        pool.cognito.users.create("berta", PASSWORD, status="CONFIRMED", attributes={})
        here, elsewhere, hers = api_sign_in(pool), pool.sign_in(), pool.sign_in("berta")

        answer = pool.call("GlobalSignOut", {"AccessToken": here["AccessToken"]})

        assert (answer.status, answer.body) == (200, b"{}")
        assert is_over(pool, here["RefreshToken"])
        assert is_over(pool, elsewhere["refresh_token"])
        assert not is_over(pool, hers["refresh_token"])

    def test_its_own_token_is_worth_nothing_afterwards(self, pool: LocalPool) -> None:
        given = {"AccessToken": api_sign_in(pool)["AccessToken"]}
        pool.call("GlobalSignOut", given)

        assert refused(pool, given) == "NotAuthorizedException"

    def test_a_token_of_managed_login_lacks_the_scope(self, pool: LocalPool) -> None:
        tokens = pool.sign_in()

        assert refused(pool, {"AccessToken": tokens["access_token"]}) == "NotAuthorizedException"
        assert not is_over(pool, tokens["refresh_token"])

    def test_an_expired_token_ends_nothing(self, pool: LocalPool) -> None:
        tokens = api_sign_in(pool)
        pool.clock.advance(timedelta(hours=1))

        assert refused(pool, {"AccessToken": tokens["AccessToken"]}) == "NotAuthorizedException"
        assert not is_over(pool, tokens["RefreshToken"])

    @pytest.mark.parametrize("name", ["IdToken", "RefreshToken"])
    def test_no_other_token_counts(self, pool: LocalPool, name: str) -> None:
        assert refused(pool, {"AccessToken": api_sign_in(pool)[name]}) == "NotAuthorizedException"

    def test_without_a_token_it_is_malformed(self, pool: LocalPool) -> None:
        assert refused(pool, {}) == "InvalidParameterException"


def api_sign_in(pool: LocalPool) -> dict[str, str]:
    """Anna's tokens, by password over the API."""
    proof = secret_hash(CLIENT_SECRET, f"anna{CLIENT_ID}")
    parameters = {"USERNAME": "anna", "PASSWORD": PASSWORD, "SECRET_HASH": proof}
    given = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": CLIENT_ID, "AuthParameters": parameters}
    result: dict[str, str] = json.loads(pool.call("InitiateAuth", given).body)[
        "AuthenticationResult"
    ]
    return result


def refused(pool: LocalPool, given: dict[str, str]) -> str:
    answer = pool.call("GlobalSignOut", given)
    assert answer.status == 400
    kind: str = json.loads(answer.body)["__type"]
    return kind
