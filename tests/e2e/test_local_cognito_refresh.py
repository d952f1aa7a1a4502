"""The local Cognito's refresh tokens, where they are not rotated: what they buy, and how long."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import attrs
import pytest

from authcore.embedding import token_validator
from authcore_local.cognito.auth_sessions import AuthSessions
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.authentication import secret_hash
from support.local_pool import (
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    POOL_ID,
    LocalPool,
    Recorder,
    claims_of,
)
from support.local_refresh import (
    EVERY_WAY,
    Refreshed,
    Way,
    at_the_token_endpoint,
    auth_flow,
    by_auth_flow,
    by_get_tokens,
)


every_way = pytest.mark.parametrize("way", EVERY_WAY.values(), ids=EVERY_WAY)
NO = {"invalid_grant", "NotAuthorizedException"}


@pytest.fixture
def pool() -> Iterator[LocalPool]:
    with LocalPool() as pool:
        yield pool


def over_the_api(pool: LocalPool, username: str = "anna") -> dict[str, Any]:
    """The tokens of a sign-in without managed login."""
    answer = pool.call(
        "InitiateAuth",
        {
            "AuthFlow": "USER_PASSWORD_AUTH",
            "ClientId": CLIENT_ID,
            "AuthParameters": {
                "USERNAME": username,
                "PASSWORD": PASSWORD,
                "SECRET_HASH": secret_hash(CLIENT_SECRET, f"{username}{CLIENT_ID}"),
            },
        },
    )
    result: dict[str, Any] = json.loads(answer.body)["AuthenticationResult"]
    return result


@every_way
class TestEveryWay:
    """The token endpoint, GetTokensFromRefreshToken and REFRESH_TOKEN_AUTH."""

    def test_fresh_tokens_tell_of_the_same_sign_in(self, pool: LocalPool, way: Way) -> None:
        # RF-04
        first = pool.sign_in()
        pool.clock.advance(timedelta(minutes=50))
        fresh = way(pool, first["refresh_token"])

        for name in ("id_token", "access_token"):
            before, after = claims_of(first[name]), claims_of(getattr(fresh, name))
            changed = {key for key in before if before[key] != after.get(key)}
            assert changed - {"nonce", "at_hash"} == {"jti", "event_id", "iat", "exp"}
            assert after["iat"] == before["iat"] + 3000
            assert after["exp"] == before["exp"] + 3000
            assert after.keys() == before.keys() - {"nonce"}

    def test_the_old_refresh_token_stays_the_one(self, pool: LocalPool, way: Way) -> None:
        # RF-01
        token = pool.sign_in()["refresh_token"]
        fresh = [way(pool, token) for _ in range(3)]

        assert [each.refresh_token for each in fresh] == [None] * 3
        assert len({each.access_token for each in fresh}) == 3

    def test_both_fresh_tokens_are_those_of_one_issue(self, pool: LocalPool, way: Way) -> None:
        fresh = way(pool, pool.sign_in()["refresh_token"])
        identity, access = claims_of(fresh.id_token), claims_of(fresh.access_token)

        for claim in ("sub", "origin_jti", "event_id", "auth_time"):
            assert identity[claim] == access[claim]
        assert identity["jti"] != access["jti"]

    def test_they_tell_of_the_user_as_of_now(self, pool: LocalPool, way: Way) -> None:
        token = pool.sign_in()["refresh_token"]
        pool.cognito.users.change(
            "anna",
            lambda user: attrs.evolve(
                user, attributes={**user.attributes, "name": "Änne"}, groups=("staff",)
            ),
        )
        fresh = way(pool, token)

        assert claims_of(fresh.id_token)["name"] == "Änne"
        assert claims_of(fresh.access_token)["cognito:groups"] == ["staff"]

    def test_the_projects_own_validator_takes_them(self, pool: LocalPool, way: Way) -> None:
        fresh = way(pool, pool.sign_in()["refresh_token"])
        jwks = pool.http.request("GET", f"{pool.config.issuer}/.well-known/jwks.json").body
        validator = token_validator(
            user_pool_id=POOL_ID,
            client_id=CLIENT_ID,
            issuer=pool.config.issuer,
            jwks=jwks,
            clock=pool.clock,
        )

        assert validator.verify_access_token(fresh.access_token).username == "anna"
        assert (
            validator.verify_id_token(fresh.id_token, access_token=fresh.access_token).name
            == "Anna"
        )

    def test_a_fresh_access_token_is_good_where_the_first_one_was(
        self, pool: LocalPool, way: Way
    ) -> None:
        first = pool.sign_in()
        pool.clock.advance(timedelta(hours=2))

        assert pool.user_info(first["access_token"]).status == 401
        assert pool.user_info(way(pool, first["refresh_token"]).access_token).status == 200

    def test_a_session_of_the_api_goes_on_without_at_hash(self, pool: LocalPool, way: Way) -> None:
        fresh = way(pool, over_the_api(pool)["RefreshToken"])

        assert claims_of(fresh.access_token)["scope"] == "aws.cognito.signin.user.admin"
        assert "at_hash" not in claims_of(fresh.id_token)

    @pytest.mark.parametrize("name", ["id_token", "access_token"])
    def test_no_other_token_is_a_refresh_token(self, pool: LocalPool, way: Way, name: str) -> None:
        assert way(pool, pool.sign_in()[name]).error in NO

    @pytest.mark.parametrize("token", ["unknown", "ü", "a b&c=d+%00"])
    def test_what_was_never_issued_is_refused(self, pool: LocalPool, way: Way, token: str) -> None:
        assert way(pool, token).error in NO

    def test_a_refresh_token_ends_30_days_after_the_sign_in_however_often_it_is_used(
        self, pool: LocalPool, way: Way
    ) -> None:
        # RF-05
        token = pool.sign_in()["refresh_token"]
        pool.clock.advance(timedelta(days=29))
        assert way(pool, token).access_token
        pool.clock.advance(timedelta(days=1, seconds=-1))
        assert way(pool, token).access_token
        pool.clock.advance(timedelta(seconds=1))

        assert way(pool, token).error in NO

    def test_a_disabled_user_gets_none(self, pool: LocalPool, way: Way) -> None:
        token = pool.sign_in()["refresh_token"]
        pool.disable("anna")

        assert way(pool, token).error in NO

    def test_no_token_is_in_a_hop(self, pool: LocalPool, way: Way) -> None:
        # SP-11
        token = pool.sign_in()["refresh_token"]
        fresh = way(pool, token)
        said = repr(pool.flow.since(0))

        for secret in (token, fresh.access_token, fresh.id_token, CLIENT_SECRET):
            assert secret not in said


class TestLifetimes:
    """``refresh_token_lifetime``."""

    def test_the_client_sets_it(self) -> None:
        with LocalPool(refresh_token_lifetime=timedelta(hours=1)) as pool:
            token = pool.sign_in()["refresh_token"]
            pool.clock.advance(timedelta(minutes=59))
            assert at_the_token_endpoint(pool, token).access_token
            pool.clock.advance(timedelta(minutes=1))

            assert at_the_token_endpoint(pool, token).error == "invalid_grant"


class TestTheClient:
    """Refresh tokens are one client's, and it has to show that it is this client."""

    @pytest.mark.parametrize(
        ("changes", "secret", "error"),
        [
            ({}, "wrong", "invalid_client"),
            ({"client_id": "somebody-else"}, CLIENT_SECRET, "invalid_request"),
            ({"refresh_token": None}, CLIENT_SECRET, "invalid_request"),
            ({"refresh_token": ""}, CLIENT_SECRET, "invalid_request"),
        ],
    )
    def test_the_token_endpoint_refuses(
        self, pool: LocalPool, changes: dict[str, str | None], secret: str, error: str
    ) -> None:
        token = pool.sign_in()["refresh_token"]
        form = {"grant_type": "refresh_token", "client_id": CLIENT_ID, "refresh_token": token}
        answer = pool.post("/oauth2/token", {**form, **changes}, secret=secret)

        assert (answer.status, json.loads(answer.body)) == (400, {"error": error})

    @pytest.mark.parametrize(
        ("changes", "kind"),
        [
            ({"ClientSecret": "wrong"}, "NotAuthorizedException"),
            ({"ClientSecret": None}, "InvalidParameterException"),
            ({"ClientSecret": ""}, "NotAuthorizedException"),
            ({"ClientId": "other"}, "ResourceNotFoundException"),
            ({"RefreshToken": ""}, "InvalidParameterException"),
        ],
    )
    def test_get_tokens_refuses(
        self, pool: LocalPool, changes: dict[str, str | None], kind: str
    ) -> None:
        given = {
            "RefreshToken": pool.sign_in()["refresh_token"],
            "ClientId": CLIENT_ID,
            "ClientSecret": CLIENT_SECRET,
        }

        answer = pool.call("GetTokensFromRefreshToken", {**given, **changes})

        assert json.loads(answer.body)["__type"] == kind

    @pytest.mark.parametrize(
        "proof",
        [
            secret_hash(CLIENT_SECRET, f"other{CLIENT_ID}"),
            secret_hash("wrong", f"anna{CLIENT_ID}"),
            CLIENT_SECRET,
            "",
            None,
        ],
        ids=["another user", "another secret", "the secret itself", "empty", "none"],
    )
    def test_the_secret_hash_covers_the_pools_own_user_name(
        self, pool: LocalPool, proof: str | None
    ) -> None:
        parameters = {"REFRESH_TOKEN": pool.sign_in()["refresh_token"]}
        if proof is not None:
            parameters["SECRET_HASH"] = proof
        given = {**auth_flow(""), "AuthParameters": parameters}

        answer = pool.call("InitiateAuth", given)

        assert json.loads(answer.body)["__type"] == "NotAuthorizedException"

    def test_a_sub_is_not_the_pools_own_user_name_here(self, pool: LocalPool) -> None:
        token = pool.sign_in()["refresh_token"]
        answer = pool.call("InitiateAuth", auth_flow(token, pool.anna.subject))

        assert json.loads(answer.body)["__type"] == "NotAuthorizedException"

    def test_another_clients_refresh_token_is_refused_and_not_revoked(
        self, pool: LocalPool
    ) -> None:
        sessions: AuthSessions = pool.cognito.sessions
        token = pool.sign_in()["refresh_token"]
        sessions.revoke(token, "another-client")

        for call in (sessions.session_of, sessions.spend):
            with pytest.raises(CognitoError, match="NotAuthorizedException"):
                call(token, "another-client")
        assert by_get_tokens(pool, token).access_token

    def test_a_client_without_the_flow_has_the_other_ways(self) -> None:
        with LocalPool(auth_flows=frozenset({"ALLOW_USER_PASSWORD_AUTH"})) as pool:
            token = pool.sign_in()["refresh_token"]

            assert by_auth_flow(pool, token).error == "InvalidParameterException"
            assert by_get_tokens(pool, token).access_token
            assert at_the_token_endpoint(pool, token).access_token

    def test_the_flow_has_a_second_name(self, pool: LocalPool) -> None:
        given = {**auth_flow(pool.sign_in()["refresh_token"]), "AuthFlow": "REFRESH_TOKEN"}

        assert pool.call("InitiateAuth", given).status == 200

    def test_a_missing_token_is_named(self, pool: LocalPool) -> None:
        answer = pool.call("InitiateAuth", auth_flow(""))

        assert json.loads(answer.body) == {
            "__type": "InvalidParameterException",
            "message": "Missing required parameter REFRESH_TOKEN",
        }


class TestTheTrigger:
    """Pre token generation, which fires for a refresh, too."""

    @pytest.fixture
    def heard(self) -> Recorder:
        return Recorder()

    @pytest.fixture
    def pool(self, heard: Recorder) -> Iterator[LocalPool]:
        with LocalPool(triggers=heard.triggers()) as pool:
            yield pool

    @pytest.mark.parametrize(
        ("way", "source"),
        [
            (at_the_token_endpoint, "TokenGeneration_RefreshTokens"),
            (by_auth_flow, "TokenGeneration_RefreshTokens"),
            (by_get_tokens, "TokenGeneration_Authentication"),
        ],
        ids=["token endpoint", "InitiateAuth", "GetTokensFromRefreshToken"],
    )
    def test_it_alone_hears_of_a_refresh(
        self, pool: LocalPool, heard: Recorder, way: Way, source: str
    ) -> None:
        token = pool.sign_in()["refresh_token"]
        heard.events.clear()
        heard.answers[source] = _greeting
        fresh = way(pool, token)

        assert heard.sources == [source]
        assert heard.events[0]["request"]["userAttributes"]["name"] == "Anna"
        assert heard.events[0]["request"]["clientMetadata"] is None
        assert claims_of(fresh.id_token)["greeting"] == "hello"

    def test_the_metadata_of_get_tokens_reaches_it(self, pool: LocalPool, heard: Recorder) -> None:
        by_get_tokens(pool, pool.sign_in()["refresh_token"], {"app": "cms"})

        assert heard.events[-1]["request"]["clientMetadata"] == {"app": "cms"}

    @pytest.mark.parametrize(
        ("way", "error"),
        [
            (at_the_token_endpoint, "invalid_grant"),
            (by_auth_flow, "UserLambdaValidationException"),
            (by_get_tokens, "UserLambdaValidationException"),
        ],
        ids=["token endpoint", "InitiateAuth", "GetTokensFromRefreshToken"],
    )
    def test_where_it_fails_there_are_no_tokens_and_the_refresh_token_stays_good(
        self, pool: LocalPool, heard: Recorder, way: Way, error: str
    ) -> None:
        token = pool.sign_in()["refresh_token"]
        for source in ("TokenGeneration_RefreshTokens", "TokenGeneration_Authentication"):
            heard.answers[source] = _failing
        assert way(pool, token) == Refreshed(error=error)
        heard.answers.clear()

        assert way(pool, token).access_token


def _greeting(event: dict[str, Any]) -> Any:
    claims = {"claimsToAddOrOverride": {"greeting": "hello"}}
    return {**event, "response": {"claimsOverrideDetails": claims}}


def _failing(event: dict[str, Any]) -> Any:
    raise RuntimeError("down")
