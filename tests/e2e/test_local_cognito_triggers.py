"""The local Cognito's triggers around a password, and what one of them may change in tokens."""

import json
from collections.abc import Iterator
from typing import Any

import attrs
import pytest
from botocore.exceptions import ClientError

from authcore.adapters.cognito.client import cognito_client
from authcore.domain.model.urls import service_url
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.authentication import secret_hash
from authcore_local.cognito.lambda_triggers.token_changes import UNCHANGEABLE, token_changes
from authcore_local.cognito.lambda_triggers.triggers import Triggers
from support.gate import AMPLE
from support.local_pool import (
    CLIENT_ID,
    CLIENT_SECRET,
    PASSWORD,
    POOL_ID,
    Browser,
    LocalPool,
    Recorder,
    claims_of,
    code_of,
    problem_on,
)


HOSTED = "TokenGeneration_HostedAuth"
BEFORE, AFTER = "PreAuthentication_Authentication", "PostAuthentication_Authentication"
KNOWN = {"email": "bob@example.com", "email_verified": "true"}


@pytest.fixture
def heard() -> Recorder:
    return Recorder()


@pytest.fixture
def pool(heard: Recorder) -> Iterator[LocalPool]:
    with LocalPool(triggers=heard.triggers()) as pool:
        yield pool


def client_of(pool: LocalPool) -> Any:
    url = service_url(pool.url)
    return cognito_client(region="eu-local-1", endpoint_url=url, within=AMPLE)


def over_the_api(pool: LocalPool, username: str = "anna", **metadata: str) -> Any:
    client = client_of(pool)
    try:
        return client.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            ClientId=CLIENT_ID,
            AuthParameters={
                "USERNAME": username,
                "PASSWORD": PASSWORD,
                "SECRET_HASH": secret_hash(CLIENT_SECRET, f"{username}{CLIENT_ID}"),
            },
            ClientMetadata=metadata,
        )
    finally:
        client.close()


def migrating(event: dict[str, Any]) -> Any:
    event["response"] = {"userAttributes": KNOWN, "finalUserStatus": "CONFIRMED"}
    return event


def tokens_of(pool: LocalPool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Claims of the ID and of the access token of anna's next sign-in."""
    body = json.loads(pool.redeem(code_of(Browser(pool).sign_in("anna", PASSWORD))).body)
    return claims_of(body["id_token"]), claims_of(body["access_token"])


class TestAroundAPassword:
    """Which fire, in which order, with what."""

    def test_managed_login_fires_before_after_and_at_the_tokens(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        tokens_of(pool)

        assert heard.sources == [BEFORE, AFTER, HOSTED]

    def test_managed_login_can_be_told_to_omit_post_authentication(self, heard: Recorder) -> None:
        with LocalPool(
            triggers=heard.triggers(), post_authentication_in_managed_login=False
        ) as pool:
            tokens_of(pool)
            assert heard.sources == [BEFORE, HOSTED]
            over_the_api(pool)

        assert AFTER in heard.sources

    def test_the_api_hands_its_metadata_to_pre_authentication_only(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        over_the_api(pool, who="me")
        before, after, tokens = heard.events

        assert heard.sources == [BEFORE, AFTER, "TokenGeneration_Authentication"]
        assert before["request"]["validationData"] == {"who": "me"}
        assert before["request"]["userNotFound"] is False
        assert after["request"]["clientMetadata"] is None
        assert after["request"]["newDeviceUsed"] is False
        assert tokens["request"]["clientMetadata"] is None

    def test_a_migrated_user_passes_pre_sign_up_as_if_an_administrator_made_them(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        heard.answers["UserMigration_Authentication"] = migrating
        code_of(Browser(pool).sign_in("bob", PASSWORD))

        assert heard.sources == [
            "UserMigration_Authentication",
            "PreSignUp_AdminCreateUser",
            BEFORE,
            AFTER,
        ]
        assert heard.events[1]["request"]["userAttributes"] == KNOWN

    def test_an_administrators_user_passes_it_too(self, pool: LocalPool, heard: Recorder) -> None:
        def refuses(_: Any) -> Any:
            raise ValueError("no")

        client = client_of(pool)
        client.admin_create_user(UserPoolId=POOL_ID, Username="carl")
        heard.answers["PreSignUp_AdminCreateUser"] = refuses
        with pytest.raises(ClientError, match="PreSignUp failed with error no"):
            client.admin_create_user(UserPoolId=POOL_ID, Username="dora")
        client.close()

        assert heard.sources == ["PreSignUp_AdminCreateUser"] * 2
        assert pool.cognito.users.find("dora") is None

    @pytest.mark.parametrize("source", [BEFORE, AFTER])
    def test_a_failure_before_or_after_keeps_the_user_out_and_is_quoted(
        self, pool: LocalPool, heard: Recorder, source: str
    ) -> None:
        def fails(_: Any) -> Any:
            raise ValueError("come back later")

        heard.answers[source] = fails
        name = source.partition("_")[0]

        said = f"{name} failed with error come back later"
        assert problem_on(Browser(pool).sign_in("anna", PASSWORD)) == said
        with pytest.raises(ClientError, match="UserLambdaValidationException"):
            over_the_api(pool)

    def test_a_session_that_goes_on_fires_at_the_tokens_only(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        browser = Browser(pool)
        browser.sign_in("anna", PASSWORD)
        heard.events = []
        pool.redeem(code_of(browser.authorize()))

        assert heard.sources == [HOSTED]


class TestTokenGeneration:
    """Versions 1 and 2."""

    def test_version_1_changes_the_id_token_and_the_groups_of_both(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        def changes(event: dict[str, Any]) -> Any:
            event["response"]["claimsOverrideDetails"] = {
                "claimsToAddOrOverride": {"custom:legacy_uid": "9", "team": "red", "sub": "evil"},
                "claimsToSuppress": ["name", "email", "aud", "cognito:username"],
                "groupOverrideDetails": {"groupsToOverride": ["editors"]},
            }
            return event

        heard.answers[HOSTED] = changes
        identity, access = tokens_of(pool)

        assert (identity["custom:legacy_uid"], identity["team"]) == ("9", "red")
        assert identity["sub"] == access["sub"] == pool.anna.subject
        assert identity["aud"] == CLIENT_ID
        assert identity["cognito:username"] == "anna"
        assert identity.keys().isdisjoint({"name", "email"})
        assert "team" not in access
        assert identity["cognito:groups"] == access["cognito:groups"] == ["editors"]

    def test_version_2_changes_both_tokens_and_the_scopes(self, heard: Recorder) -> None:
        def changes(event: dict[str, Any]) -> Any:
            assert event["version"] == "2"
            assert event["request"]["scopes"] == ["openid", "email", "profile"]
            event["response"]["claimsAndScopeOverrideDetails"] = {
                "idTokenGeneration": {"claimsToAddOrOverride": {"teams": ["red", "blue"]}},
                "accessTokenGeneration": {
                    "claimsToAddOrOverride": {"tier": 3, "client_id": "evil"},
                    "scopesToAdd": ["posts/write"],
                    "scopesToSuppress": ["profile"],
                },
            }
            return event

        heard.answers[HOSTED] = changes
        with LocalPool(triggers=heard.triggers(pre_token_version="V2_0")) as pool:
            identity, access = tokens_of(pool)

        assert identity["teams"] == ["red", "blue"]
        assert (access["tier"], access["client_id"]) == (3, CLIENT_ID)
        assert access["scope"] == "openid email posts/write"

    def test_an_unchanged_event_leaves_the_groups_and_an_empty_override_removes_them(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        pool.cognito.users.change("anna", lambda user: attrs.evolve(user, groups=("a", "b")))
        assert tokens_of(pool)[0]["cognito:groups"] == ["a", "b"]

        def empties(event: dict[str, Any]) -> Any:
            event["response"] = {"claimsOverrideDetails": {"groupOverrideDetails": {}}}
            return event

        heard.answers[HOSTED] = empties
        assert "cognito:groups" not in tokens_of(pool)[0]

    def test_a_failing_function_yields_no_tokens(self, pool: LocalPool, heard: Recorder) -> None:
        def fails(_: Any) -> Any:
            raise ValueError("down")

        heard.answers[HOSTED] = fails
        answer = pool.redeem(code_of(Browser(pool).sign_in("anna", PASSWORD)))

        assert (answer.status, json.loads(answer.body)) == (
            400,
            {
                "error": "invalid_grant",
                "error_description": "PreTokenGeneration failed with error down",
            },
        )

    @pytest.mark.parametrize("version", ["V1_0", "V2_0"])
    @pytest.mark.parametrize("name", [*sorted(UNCHANGEABLE), "cognito:anything"])
    def test_some_claims_are_nobodys_to_change(self, version: Any, name: str) -> None:
        wish = {"claimsToAddOrOverride": {name: "evil"}, "claimsToSuppress": [name]}
        details: dict[str, dict[str, Any]] = {
            "V1_0": {"claimsOverrideDetails": wish},
            "V2_0": {
                "claimsAndScopeOverrideDetails": {
                    "idTokenGeneration": wish,
                    "accessTokenGeneration": wish,
                }
            },
        }
        changes = token_changes(version, details[version])

        for each in (changes.identity, changes.access):
            assert each.applied_to({name: "good"}) == {name: "good"}
            assert each.applied_to({}) == {}

    @pytest.mark.parametrize(
        ("version", "response"),
        [
            ("V1_0", {"claimsOverrideDetails": []}),
            ("V1_0", {"claimsOverrideDetails": {"claimsToAddOrOverride": {"teams": ["red"]}}}),
            ("V1_0", {"claimsOverrideDetails": {"claimsToSuppress": "name"}}),
            ("V2_0", {"claimsAndScopeOverrideDetails": {"accessTokenGeneration": "x"}}),
            ("V2_0", {"claimsAndScopeOverrideDetails": {"groupOverrideDetails": [1]}}),
        ],
    )
    def test_a_mistyped_answer_is_refused(self, version: Any, response: Any) -> None:
        with pytest.raises(CognitoError, match="InvalidLambdaResponse"):
            token_changes(version, response)


def test_every_source_has_its_place_in_the_table() -> None:
    places = {
        "UserMigration_ForgotPassword": "user_migration",
        "PreSignUp_ExternalProvider": "pre_sign_up",
        "PostConfirmation_ConfirmSignUp": "post_confirmation",
        BEFORE: "pre_authentication",
        AFTER: "post_authentication",
        HOSTED: "pre_token_generation",
    }
    for source, place in places.items():
        recorder = Recorder()
        more: dict[str, Any] = {place: recorder}
        assert Triggers(**more).attached_to(source) is recorder
