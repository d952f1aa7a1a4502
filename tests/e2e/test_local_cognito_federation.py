"""The local Cognito's social sign-in: which triggers fire, with what, and who that is then."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.provider_attributes import CLAIMS
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from authcore_lambda.inbound_federation import InboundFederationTrigger
from authcore_local.cognito import Triggers
from authcore_local.cognito.user_pool.identities import Identity
from support.gate import AMPLE
from support.local_pool import (
    CALLBACK,
    POOL_ID,
    Browser,
    LocalPool,
    Recorder,
    claims_of,
    code_of,
    hasty_at_first,
    sent_to,
)
from support.local_refresh import Way, at_the_token_endpoint, by_get_tokens
from support.unhurried import Unhurried


GOOGLE = {"id": "109-Aa", "name": "Lizzy", "email": "lizzy@longbourn.example"}
VERIFIED = {**GOOGLE, "email_verified": "yes"}
FIRST = ["PreSignUp_ExternalProvider", "PostConfirmation_ConfirmSignUp"]
LATER = ["PreAuthentication_Authentication", "PostAuthentication_Authentication"]
TOKENS = "TokenGeneration_HostedAuth"


@pytest.fixture
def heard() -> Recorder:
    return Recorder()


@pytest.fixture
def pool(heard: Recorder) -> Iterator[LocalPool]:
    with LocalPool(triggers=heard.triggers()) as pool:
        yield pool


def identity_of(pool: LocalPool, code: str) -> dict[str, Any]:
    return claims_of(json.loads(pool.redeem(code).body)["id_token"])


def linked(pool: LocalPool, user_id: str, username: str = "anna") -> None:
    identity = Identity("Google", user_id, primary=False, created_at=pool.clock.now())
    pool.cognito.users.change(
        username, lambda user: attrs.evolve(user, identities=(*user.identities, identity))
    )


INBOUND = "InboundFederation_ExternalProvider"


class TestWhatIsStoredOfAProvidersAnswer:
    """By a function that is attached as inbound federation."""

    @pytest.fixture
    def pool(self, heard: Recorder) -> Iterator[LocalPool]:
        with LocalPool(triggers=heard.triggers(inbound_federation=heard)) as pool:
            yield pool

    def test_it_is_asked_before_every_other_function(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        Browser(pool).continue_with("Google", **VERIFIED)
        assert heard.sources == [INBOUND, *FIRST]
        assert heard.events[0]["userName"] == "109-Aa"
        assert heard.events[0]["request"] == {
            "providerName": "Google",
            "providerType": "Google",
            "attributes": {
                "tokenResponse": {
                    "access_token": "local-access-token",
                    "token_type": "Bearer",
                    "expires_in": "3600",
                },
                "idToken": {
                    "sub": "109-Aa",
                    "email": "lizzy@longbourn.example",
                    "email_verified": "true",
                    "name": "Lizzy",
                },
                "userInfo": {},
            },
        }
        assert heard.events[0]["response"] == {"userAttributesToMap": {}}

        heard.events = []
        Browser(pool).continue_with("Google", **VERIFIED)
        assert heard.sources == [INBOUND, *LATER]

    def test_an_empty_answer_changes_nothing(self, pool: LocalPool, heard: Recorder) -> None:
        identity = identity_of(pool, code_of(Browser(pool).continue_with("Google", **VERIFIED)))

        assert (identity["email"], identity["name"]) == (VERIFIED["email"], "Lizzy")

    def test_what_is_left_out_is_not_stored(self, pool: LocalPool, heard: Recorder) -> None:
        heard.answers[INBOUND] = lambda event: {
            **event,
            "response": {"userAttributesToMap": {"sub": "109-Aa", "name": "Elizabeth"}},
        }
        identity = identity_of(pool, code_of(Browser(pool).continue_with("Google", **VERIFIED)))

        assert (identity.get("email"), identity["name"]) == (None, "Elizabeth")

    def test_of_a_linked_user_the_function_keeps_the_pools_own_address(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        # PS-04
        Browser(pool).continue_with("Google", **VERIFIED)
        owned = {"email": "elizabeth@longbourn.example", "custom:legacy_uid": "1813"}
        user = pool.cognito.users.change(
            "Google_109-Aa",
            lambda each: attrs.evolve(each, attributes={**each.attributes, **owned}),
        )
        directory = InMemoryUserDirectory()
        directory.replace(
            DirectoryUser(
                user.username, user.subject, user.enabled, user.status, user.all_attributes()
            )
        )
        heard.answers[INBOUND] = Unhurried(
            InboundFederationTrigger(
                directory=lambda *_: directory,
                owned=frozenset({"email"}),
                claims=CLAIMS,
                audit=InMemoryAuditLog(),
            )
        )

        again = {**VERIFIED, "name": "Lizzy B."}
        identity = identity_of(pool, code_of(Browser(pool).continue_with("Google", **again)))

        assert (identity["email"], identity["name"]) == (owned["email"], "Lizzy B.")

    def test_an_answer_without_the_member_is_no_answer(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        heard.answers[INBOUND] = lambda event: {**event, "response": {}}

        _, refusal = sent_to(Browser(pool).continue_with("Google", **VERIFIED))
        assert refusal["error_description"] == "Unrecognizable lambda output"


class TestWhichTriggersFire:
    """In the order of Amazon's table for federated users."""

    def test_the_first_time_and_later(self, pool: LocalPool, heard: Recorder) -> None:
        pool.redeem(code_of(Browser(pool).continue_with("Google", **GOOGLE)))
        first, heard.events = heard.sources, []
        pool.redeem(code_of(Browser(pool).continue_with("Google", **GOOGLE)))

        assert first == [*FIRST, TOKENS]
        assert heard.sources == [*LATER, TOKENS]

    def test_a_linked_account_signs_in_as_if_not_for_the_first_time(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        linked(pool, "109-Aa")
        Browser(pool).continue_with("Google", **GOOGLE)

        assert heard.sources == LATER

    def test_before_sign_up_the_user_has_no_sub_and_no_identities(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        Browser(pool).continue_with("Google", **VERIFIED)

        assert heard.events[0]["userName"] == "Google_109-Aa"
        assert heard.events[0]["request"] == {
            "userAttributes": {
                "cognito:email_alias": "",
                "cognito:phone_number_alias": "",
                "email": "lizzy@longbourn.example",
                "email_verified": "true",
                "name": "Lizzy",
            },
            "validationData": None,
            "clientMetadata": None,
        }
        assert heard.events[0]["response"] == {
            "autoConfirmUser": False,
            "autoVerifyEmail": False,
            "autoVerifyPhone": False,
        }

    def test_after_it_the_event_tells_who_they_are_at_the_provider_as_json(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        Browser(pool).continue_with("Google", **GOOGLE)
        attributes = heard.events[1]["request"]["userAttributes"]
        user = pool.cognito.users.find("Google_109-Aa")

        assert user is not None
        assert attributes["sub"] == user.subject
        assert attributes["cognito:user_status"] == "EXTERNAL_PROVIDER"
        assert attributes["email_verified"] == "false"
        assert json.loads(attributes["identities"]) == [
            {
                "userId": "109-Aa",
                "providerName": "Google",
                "providerType": "Google",
                "issuer": None,
                "primary": True,
                "dateCreated": int(pool.clock.now().timestamp() * 1000),
            }
        ]


class TestHowLong:
    """Sessions of external users are refreshed as those of any."""

    @pytest.mark.parametrize("way", [at_the_token_endpoint, by_get_tokens])
    def test_a_refresh_tells_of_the_same_user(self, pool: LocalPool, way: Way) -> None:
        # RF-04
        code = code_of(Browser(pool).continue_with("Google", **GOOGLE))
        first = json.loads(pool.redeem(code).body)
        fresh = way(pool, first["refresh_token"])

        assert fresh.error == ""
        assert claims_of(fresh.id_token)["sub"] == claims_of(first["id_token"])["sub"]


class TestWhoThatIs:
    """The profile, and the claims about it."""

    def test_the_id_token_lists_identities_as_text_and_the_providers_group(
        self, pool: LocalPool
    ) -> None:
        claims = identity_of(pool, code_of(Browser(pool).continue_with("Google", **VERIFIED)))

        assert claims["cognito:username"] == "Google_109-Aa"
        assert claims["cognito:groups"] == [f"{POOL_ID}_Google"]
        assert claims["email_verified"] is True
        assert claims["identities"] == [
            {
                "userId": "109-Aa",
                "providerName": "Google",
                "providerType": "Google",
                "issuer": None,
                "primary": "true",
                "dateCreated": str(int(pool.clock.now().timestamp() * 1000)),
            }
        ]

    def test_where_case_does_not_count_only_the_user_name_loses_it(self) -> None:
        with LocalPool(case_sensitive=False) as pool:
            claims = identity_of(pool, code_of(Browser(pool).continue_with("Google", **GOOGLE)))

        assert claims["cognito:username"] == "google_109-aa"
        assert claims["identities"][0]["providerName"] == "Google"
        assert claims["identities"][0]["userId"] == "109-Aa"

    def test_facebook_may_know_no_address_and_never_verified_one(self, pool: LocalPool) -> None:
        somebody = {"id": "7", "name": "B", "email_verified": "yes"}
        without = identity_of(pool, code_of(Browser(pool).continue_with("Facebook", **somebody)))
        somebody |= {"id": "8", "email": "b@example.com"}
        unverified = identity_of(pool, code_of(Browser(pool).continue_with("Facebook", **somebody)))

        assert "email" not in without
        assert "email_verified" not in without
        assert unverified["email_verified"] is False

    def test_every_sign_in_rewrites_the_mapped_attributes(self, pool: LocalPool) -> None:
        Browser(pool).continue_with("Google", **VERIFIED)
        moved = {**GOOGLE, "email": "mrs@pemberley.example", "name": "Elizabeth"}
        Browser(pool).continue_with("Google", **moved)
        user = pool.cognito.users.find("Google_109-Aa")

        assert user is not None
        assert user.attributes == {
            "email": "mrs@pemberley.example",
            "email_verified": "false",
            "name": "Elizabeth",
        }

    def test_tokens_of_a_linked_account_are_the_destinations(self, pool: LocalPool) -> None:
        linked(pool, "109-Aa")
        claims = identity_of(pool, code_of(Browser(pool).continue_with("Google", **GOOGLE)))

        assert (claims["sub"], claims["cognito:username"]) == (pool.anna.subject, "anna")
        assert claims["identities"][0]["primary"] == "false"
        assert pool.cognito.users.find("Google_109-Aa") is None

    def test_what_a_trigger_writes_shows_at_the_next_sign_in(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        def writes(event: dict[str, Any]) -> Any:
            pool.cognito.users.change(
                event["userName"],
                lambda user: attrs.evolve(
                    user, attributes={**user.attributes, "custom:legacy_uid": "9"}
                ),
            )
            return event

        heard.answers["PostConfirmation_ConfirmSignUp"] = writes
        first = identity_of(pool, code_of(Browser(pool).continue_with("Google", **GOOGLE)))
        later = identity_of(pool, code_of(Browser(pool).continue_with("Google", **GOOGLE)))

        assert "custom:legacy_uid" not in first
        assert later["custom:legacy_uid"] == "9"


class TestWhatGoesWrong:
    """The callback is told, without state."""

    def test_a_refusing_trigger_is_quoted(self, pool: LocalPool, heard: Recorder) -> None:
        def refuses(_: Any) -> Any:
            raise ValueError("not today")

        heard.answers["PreSignUp_ExternalProvider"] = refuses
        location, answer = sent_to(Browser(pool).continue_with("Google", **GOOGLE))

        assert location == CALLBACK
        assert answer == {
            "error": "invalid_request",
            "error_description": "PreSignUp failed with error not today",
        }
        assert pool.cognito.users.find("Google_109-Aa") is None

    def test_linking_while_signing_up_fails_once_and_works_the_second_time(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        def links(event: dict[str, Any]) -> Any:
            linked(pool, "109-Aa")
            return event

        heard.answers["PreSignUp_ExternalProvider"] = links
        _, refused = sent_to(Browser(pool).continue_with("Google", **GOOGLE))
        claims = identity_of(pool, code_of(Browser(pool).continue_with("Google", **GOOGLE)))

        assert refused["error_description"] == "Already found an entry for username Google_109-Aa"
        assert "state" not in refused
        assert claims["sub"] == pool.anna.subject

    def test_a_failing_post_confirmation_leaves_a_user_whose_next_sign_in_is_a_later_one(
        self, pool: LocalPool, heard: Recorder
    ) -> None:
        def fails(_: Any) -> Any:
            raise ValueError("down")

        heard.answers["PostConfirmation_ConfirmSignUp"] = fails
        sent_to(Browser(pool).continue_with("Google", **GOOGLE))
        heard.events = []

        assert code_of(Browser(pool).continue_with("Google", **GOOGLE))
        assert heard.sources == LATER

    def test_attempts_overlap_when_the_first_is_not_answered_in_time(self) -> None:
        heard, both = Recorder(), threading.Barrier(2)

        def late(event: dict[str, Any]) -> Any:
            both.wait(timeout=AMPLE.total_seconds())
            return event

        heard.answers["PostConfirmation_ConfirmSignUp"] = late
        with LocalPool(triggers=hasty_at_first(Triggers(post_confirmation=heard))) as pool:
            assert code_of(Browser(pool).continue_with("Google", **GOOGLE))

        assert heard.sources.count("PostConfirmation_ConfirmSignUp") == 2

    def test_somebody_who_refuses_comes_back_with_access_denied(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        _, answer = sent_to(browser.send(browser.consent("Google"), person="nobody"))

        assert answer["error"] == "access_denied"

    def test_a_disabled_user_is_not_let_in(self, pool: LocalPool, heard: Recorder) -> None:
        Browser(pool).continue_with("Google", **GOOGLE)
        name = "Google_109-Aa"
        pool.cognito.users.change(name, lambda user: attrs.evolve(user, enabled=False))
        _, answer = sent_to(Browser(pool).continue_with("Google", **GOOGLE))

        assert answer["error_description"] == "User is not enabled"

    @pytest.mark.parametrize("wrong", [{"id": ""}, {"id": "a b"}, {"email": "nowhere"}])
    def test_a_person_who_cannot_be_is_asked_again(
        self, pool: LocalPool, wrong: dict[str, str]
    ) -> None:
        browser = Browser(pool)
        answer = browser.send(browser.consent("Google"), person="", **{**GOOGLE, **wrong})

        assert answer.status == 400
        assert b"An id of letters" in answer.body


class TestTheWay:
    """From the sign-in page to the provider and back."""

    def test_the_sign_in_page_offers_the_pools_providers(self) -> None:
        with LocalPool(identity_providers=("Google",)) as pool:
            page = Browser(pool).page().body.decode()

        assert "Continue with Google" in page
        assert "identity_provider=Google" in page
        assert "Facebook" not in page

    def test_an_agreement_counts_once_and_in_its_browser_only(self, pool: LocalPool) -> None:
        browser = Browser(pool)
        agreed = browser.send(browser.consent("Google"), person="", **GOOGLE)
        where = agreed.header("location") or ""

        assert Browser(pool).get(where).status == 400
        assert browser.get(where).status == 400

    def test_a_form_of_another_browser_is_refused(self, pool: LocalPool) -> None:
        page = Browser(pool).consent("Google")

        assert Browser(pool).send(page, person="", **GOOGLE).status == 400

    def test_an_unknown_provider_has_no_page(self, pool: LocalPool) -> None:
        assert Browser(pool).open("/local-providers/Twitter").status == 400

    def test_naming_a_provider_asks_it_even_when_somebody_is_signed_in(
        self, pool: LocalPool
    ) -> None:
        browser = Browser(pool)
        browser.continue_with("Google", **GOOGLE)
        again = browser.authorize(identity_provider="Google")

        assert sent_to(again)[0] == "/local-providers/Google"
        assert code_of(browser.authorize())
