"""Signing in, from the first redirect to the session, and everything that must stop it."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import attrs
import pytest

from authcore.domain.errors import (
    AttemptRejectedError,
    AuthcoreError,
    ClaimRejectedError,
    CodeRejectedError,
    ConfigurationError,
    LoginClientMisconfiguredError,
    ParameterRejectedError,
    ProviderRefusedError,
    RedirectRejectedError,
    SignatureRejectedError,
    TokenRejectedError,
)
from authcore.domain.model.session import MAX_PENDING_ATTEMPTS, PendingSignIns
from authcore.domain.services.sign_in.authorization import parse_authorization_response
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.domain.services.sign_in.sign_in import SignIn, SignInCompletion, SignInStart
from authcore.testing.mint import TokenMint
from unit.sign_in_world import CALLBACK_URL, DEEP_LINK, DEFAULT_TARGET, Parameters, World, query_of


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def sign_in(world: World) -> SignIn:
    return world.sign_in()


def pending(*starts: SignInStart) -> PendingSignIns:
    return PendingSignIns(tuple(start.attempt for start in starts))


def finish(sign_in: SignIn, browser: PendingSignIns, answer: Parameters) -> SignInCompletion:
    """What the callback route does."""
    response = parse_authorization_response(answer)
    return sign_in.complete(sign_in.attempt_for(browser, response), response)


class TestTheWayThrough:
    def test_a_browser_ends_signed_in_at_the_very_target_it_asked_for(
        self, world: World, sign_in: SignIn
    ) -> None:
        start = sign_in.begin(DEEP_LINK)
        completion = finish(sign_in, pending(start), world.callback(start))
        assert completion.target == DEEP_LINK
        assert completion.session.user.legacy_uid == "4711"
        assert completion.session.access.subject == completion.session.identity.subject

    def test_without_a_redirect_it_ends_at_the_default(self, world: World, sign_in: SignIn) -> None:
        start = sign_in.begin(None)
        completion = finish(sign_in, pending(start), world.callback(start))
        assert completion.target == DEFAULT_TARGET

    def test_a_relative_redirect_ends_at_the_base(self, world: World) -> None:
        sign_in = world.sign_in(
            allowlist=RedirectAllowlist([], base="https://cms.example.com"), default_redirect="/"
        )
        start = sign_in.begin("/new-post?draft=1")
        completion = finish(sign_in, pending(start), world.callback(start))
        assert completion.target == "https://cms.example.com/new-post?draft=1"

    def test_ten_tabs_finish_in_any_order(self, world: World, sign_in: SignIn) -> None:
        # SP-09
        for shift in range(0, MAX_PENDING_ATTEMPTS, 3):
            starts = [sign_in.begin(f"https://cms.example.com/{tab}") for tab in range(10)]
            browser = PendingSignIns()
            for start in starts:
                browser = browser.with_attempt(start.attempt, now=world.clock.now())
            order = [*range(shift, 10), *range(shift)][:: -1 if shift % 2 else 1]
            for tab in order:
                answer = world.callback(starts[tab])
                attempt = sign_in.attempt_for(browser, parse_authorization_response(answer))
                completion = sign_in.complete(attempt, parse_authorization_response(answer))
                browser = browser.without(attempt)
                assert completion.target == f"https://cms.example.com/{tab}"
            assert browser == PendingSignIns()

    def test_an_eleventh_tab_pushes_out_the_first(self, world: World, sign_in: SignIn) -> None:
        # SP-09
        browser = PendingSignIns()
        starts = [sign_in.begin(None) for _ in range(MAX_PENDING_ATTEMPTS + 1)]
        for start in starts:
            browser = browser.with_attempt(start.attempt, now=world.clock.now())
        with pytest.raises(AttemptRejectedError):
            finish(sign_in, browser, world.callback(starts[0]))
        finish(sign_in, browser, world.callback(starts[-1]))


class TestWhoMayFinish:
    def test_a_callback_works_once(self, world: World, sign_in: SignIn) -> None:
        # SP-01
        start = sign_in.begin(None)
        answer = world.callback(start)
        finish(sign_in, pending(start), answer)
        with pytest.raises(AttemptRejectedError):
            finish(sign_in, pending(start), answer)
        assert len(world.exchanger.sent) == 1

    def test_an_attempt_is_spent_even_with_another_code(
        self, world: World, sign_in: SignIn
    ) -> None:
        # SP-01
        start = sign_in.begin(None)
        finish(sign_in, pending(start), world.callback(start))
        with pytest.raises(AttemptRejectedError):
            finish(sign_in, pending(start), world.callback(start))
        assert len(world.exchanger.sent) == 1

    def test_a_code_is_never_sent_twice_even_by_another_attempt(
        self, world: World, sign_in: SignIn
    ) -> None:
        first, second = sign_in.begin(None), sign_in.begin(None)
        answer = world.callback(first)
        finish(sign_in, pending(first, second), answer)
        with pytest.raises(AttemptRejectedError):
            finish(
                sign_in, pending(first, second), [answer[0], ("state", query_of(second)["state"])]
            )
        assert len(world.exchanger.sent) == 1

    def test_of_two_callbacks_at_once_one_is_sent(self, world: World, sign_in: SignIn) -> None:
        # SP-01
        together = Barrier(2)

        def race(answer: Parameters, attempt: PendingSignIns) -> bool:
            together.wait(timeout=60)
            try:
                finish(sign_in, attempt, answer)
            except AttemptRejectedError:
                return False
            return True

        with ThreadPoolExecutor(2) as threads:
            for _ in range(10):
                start = sign_in.begin(None)
                answer = world.callback(start)
                outcomes = list(threads.map(race, [answer] * 2, [pending(start)] * 2))
                assert sorted(outcomes) == [False, True]
        assert len(world.exchanger.sent) == len(set(world.exchanger.sent)) == 10

    def test_an_attempt_lives_ten_minutes_and_no_longer(
        self, world: World, sign_in: SignIn
    ) -> None:
        # SP-01
        in_time, late = sign_in.begin(None), sign_in.begin(None)
        world.clock.advance(timedelta(minutes=10) - timedelta(seconds=1))
        finish(sign_in, pending(in_time, late), world.callback(in_time))
        world.clock.advance(timedelta(seconds=1))
        with pytest.raises(AttemptRejectedError):
            finish(sign_in, pending(in_time, late), world.callback(late))
        assert len(world.exchanger.sent) == 1

    @pytest.mark.parametrize("jar", [None, PendingSignIns()])
    def test_a_browser_that_began_nothing_finishes_nothing(
        self, world: World, sign_in: SignIn, jar: PendingSignIns | None
    ) -> None:
        # SP-01
        start = sign_in.begin(None)
        with pytest.raises(AttemptRejectedError):
            sign_in.attempt_for(jar, parse_authorization_response(world.callback(start)))

    def test_an_attackers_own_sign_in_fails_in_the_victims_browser(
        self, world: World, sign_in: SignIn
    ) -> None:
        """Login CSRF: the state is genuine, the browser is not the one that began."""
        # SP-02
        attacker, victim = sign_in.begin(None), sign_in.begin(None)
        bait = world.callback(attacker)
        with pytest.raises(AttemptRejectedError):
            sign_in.attempt_for(pending(victim), parse_authorization_response(bait))
        with pytest.raises(AttemptRejectedError):
            sign_in.complete(victim.attempt, parse_authorization_response(bait))
        assert world.exchanger.sent == []

    def test_a_stolen_code_under_the_thiefs_own_state_fails_on_pkce(
        self, world: World, sign_in: SignIn
    ) -> None:
        # SP-04
        victim, thief = sign_in.begin(None), sign_in.begin(None)
        stolen = world.callback(victim)[0]
        with pytest.raises(CodeRejectedError):
            finish(sign_in, pending(thief), [stolen, ("state", query_of(thief)["state"])])

    @pytest.mark.parametrize(
        "change",
        [
            {"issuer": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other"},
            {"client_id": "anotherclient"},
            {"redirect_uri": "https://auth.example.com/other/callback"},
        ],
    )
    def test_an_attempt_belongs_to_the_client_that_began_it(
        self, world: World, sign_in: SignIn, change: dict[str, str]
    ) -> None:
        # SP-10
        start = sign_in.begin(None)
        answer = world.callback(start)
        other = world.sign_in(**change)
        with pytest.raises(AttemptRejectedError):
            finish(other, pending(start), answer)
        assert world.exchanger.sent == []
        finish(sign_in, pending(start), answer)

    def test_names_that_run_into_each_other_are_different_clients(self, world: World) -> None:
        # SP-10
        here = world.sign_in(client_id="ab", issuer="https://i.example/x").begin(None)
        there = world.sign_in(client_id="b", issuer="https://i.example/xa").begin(None)
        assert here.attempt.client != there.attempt.client


class TestTheState:
    def test_every_single_bit_of_it_counts(self, world: World, sign_in: SignIn) -> None:
        # SP-03
        start = sign_in.begin(DEEP_LINK)
        code, (_, state) = world.callback(start)
        for position, bit in itertools.product(range(len(state)), range(8)):
            flipped = chr(ord(state[position]) ^ 1 << bit)
            answer = [code, ("state", state[:position] + flipped + state[position + 1 :])]
            with pytest.raises((AttemptRejectedError, ParameterRejectedError)):
                sign_in.attempt_for(pending(start), parse_authorization_response(answer))
            with pytest.raises((AttemptRejectedError, ParameterRejectedError)):
                sign_in.complete(start.attempt, parse_authorization_response(answer))
        assert world.exchanger.sent == []

    def test_padding_and_truncation_are_noticed(self, world: World, sign_in: SignIn) -> None:
        # SP-03
        start = sign_in.begin(DEEP_LINK)
        code, (_, state) = world.callback(start)
        for altered in (state + "=", state + "==", state + "A", state[:-1], state[1:], " " + state):
            with pytest.raises((AttemptRejectedError, ParameterRejectedError)):
                finish(sign_in, pending(start), [code, ("state", altered)])

    def test_an_allow_list_that_shrank_meanwhile_decides(
        self, world: World, sign_in: SignIn
    ) -> None:
        # SP-03
        start = sign_in.begin("https://shop.example.com/cart")
        answer = world.callback(start)
        shrunk = world.sign_in(allowlist=RedirectAllowlist(["https://cms.example.com"]))
        with pytest.raises(RedirectRejectedError):
            finish(shrunk, pending(start), answer)
        assert world.exchanger.sent == []


class TestWhatTheProviderAnswers:
    def test_an_unknown_code_is_refused(self, sign_in: SignIn) -> None:
        start = sign_in.begin(None)
        with pytest.raises(CodeRejectedError):
            finish(sign_in, pending(start), [("code", "nope"), ("state", query_of(start)["state"])])

    def test_a_wrong_client_secret_is_an_operators_problem(
        self, world: World, sign_in: SignIn
    ) -> None:
        start = sign_in.begin(None)
        world.exchanger.knows_client = False
        with pytest.raises(LoginClientMisconfiguredError):
            finish(sign_in, pending(start), world.callback(start))

    @pytest.mark.parametrize("nonce", [None, "", "another", 7, ["list"]])
    def test_an_id_token_without_our_nonce_signs_nobody_in(
        self, world: World, sign_in: SignIn, nonce: object
    ) -> None:
        # SP-05
        start = sign_in.begin(None)
        claims = {} if nonce is None else {"nonce": nonce}
        with pytest.raises(ClaimRejectedError, match="nonce"):
            finish(sign_in, pending(start), world.callback(start, world.tokens(**claims)))

    def test_the_nonce_of_another_attempt_signs_nobody_in(
        self, world: World, sign_in: SignIn
    ) -> None:
        # SP-05
        start, other = sign_in.begin(None), sign_in.begin(None)
        tokens = world.tokens(nonce=other.attempt.nonce)
        with pytest.raises(ClaimRejectedError, match="nonce"):
            finish(sign_in, pending(start, other), world.callback(start, tokens))

    @pytest.mark.parametrize(
        ("claims", "claim"),
        [
            ({"sub": "somebody-else"}, "sub"),
            ({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, "at_hash"),
            ({"iss": "https://evil.example"}, "iss"),
            ({"aud": "anotherclient"}, "aud"),
        ],
    )
    def test_tokens_that_do_not_belong_together_sign_nobody_in(
        self, world: World, sign_in: SignIn, claims: dict[str, str], claim: str
    ) -> None:
        start = sign_in.begin(None)
        tokens = world.tokens(**{"nonce": start.attempt.nonce, **claims})
        with pytest.raises(ClaimRejectedError, match=f"'{claim}'"):
            finish(sign_in, pending(start), world.callback(start, tokens))

    @pytest.mark.parametrize("token", ["access_token", "id_token"])
    def test_a_token_of_another_issuers_keys_signs_nobody_in(
        self, world: World, sign_in: SignIn, token: str
    ) -> None:
        start = sign_in.begin(None)
        nonce = start.attempt.nonce
        good = world.tokens(nonce=nonce)
        access = world.mint.access(signed_by="stranger")
        identity = world.mint.identity(signed_by="stranger", nonce=nonce)
        tokens = {
            "access_token": attrs.evolve(good, access_token=access),
            "id_token": attrs.evolve(good, id_token=identity),
        }
        with pytest.raises(SignatureRejectedError):
            finish(sign_in, pending(start), world.callback(start, tokens[token]))

    def test_the_two_tokens_swapped_sign_nobody_in(self, world: World, sign_in: SignIn) -> None:
        start = sign_in.begin(None)
        good = world.tokens(nonce=start.attempt.nonce)
        swapped = attrs.evolve(good, access_token=good.id_token, id_token=good.access_token)
        with pytest.raises(TokenRejectedError):
            finish(sign_in, pending(start), world.callback(start, swapped))


class TestWithoutASecretShowing:
    def test_no_repr_shows_what_a_log_must_not_hold(self, world: World, sign_in: SignIn) -> None:
        # SP-04 SP-11
        start = sign_in.begin(DEEP_LINK, login_hint="canary@example.com")
        answer = world.callback(start)
        completion = finish(sign_in, pending(start), answer)
        shown = f"{sign_in!r}{start!r}{start.attempt!r}{pending(start)!r}{completion!r}"
        tokens = completion.session.tokens
        for secret in (
            start.attempt.code_verifier,
            start.attempt.nonce,
            query_of(start)["state"],
            answer[0][1],
            tokens.access_token,
            tokens.id_token,
            "refresh-canary",
            "canary@example.com",
            "mint@example.com",
        ):
            assert secret not in shown

    def test_no_refusal_repeats_what_it_refused(self, world: World, sign_in: SignIn) -> None:
        # SP-11
        start = sign_in.begin(None)
        state = query_of(start)["state"]
        for answer in (
            [("code", "canary-code"), ("state", state)],
            [("code", "canary code"), ("state", state)],
            [("code", "canary"), ("state", "canary")],
            [("code", "canary"), ("state", "canary" * 1_000)],
            [("error", "canary"), ("error_description", "canary"), ("state", state)],
            [("canary", "1"), ("canary", "2")],
        ):
            with pytest.raises(AuthcoreError) as refusal:
                finish(sign_in, pending(start), answer)
            assert "canary" not in f"{refusal.value!s}{refusal.value!r}{refusal.value.__cause__}"


class TestConfiguration:
    @pytest.mark.parametrize("providers", [("Google", "google"), ("Okta", "Okta")])
    def test_each_provider_is_named_once(self, world: World, providers: tuple[str, ...]) -> None:
        with pytest.raises(ConfigurationError, match=r"^providers: must name each one once"):
            world.sign_in(providers=providers)

    def test_every_problem_is_named_at_once(self, world: World) -> None:
        with pytest.raises(ConfigurationError) as error:
            world.sign_in(
                default_redirect="https://elsewhere.example/",
                authorize_url="http://example.com/oauth2/authorize",
                redirect_uri="callback",
                scopes=("email",),
                attempt_lifetime=timedelta(minutes=61),
            )
        named = [problem.partition(":")[0] for problem in error.value.problems]
        assert named == [
            "authorize_url",
            "redirect_uri",
            "default_redirect",
            "scopes",
            "attempt_lifetime",
        ]

    def test_the_redirect_uri_is_the_configured_string_in_both_requests(
        self, world: World, sign_in: SignIn
    ) -> None:
        """The fake token endpoint takes a code only with the authorize request's very string."""
        # RD-04
        start = sign_in.begin(None)
        assert query_of(start)["redirect_uri"] == CALLBACK_URL
        finish(sign_in, pending(start), world.callback(start))


def test_a_provider_that_refuses_ends_the_attempt_with_its_reason(sign_in: SignIn) -> None:
    # SP-06
    start = sign_in.begin(None)
    answer = [("error", "access_denied"), ("state", query_of(start)["state"])]
    with pytest.raises(ProviderRefusedError) as refusal:
        finish(sign_in, pending(start), answer)
    assert refusal.value.reason == "access_denied"


def test_two_pools_do_not_mix(world: World, sign_in: SignIn) -> None:
    # SP-10
    other = TokenMint(
        clock=world.clock,
        issuer="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Other",
    )
    start = sign_in.begin(None)
    tokens = attrs.evolve(
        world.tokens(nonce=start.attempt.nonce), id_token=other.identity(nonce=start.attempt.nonce)
    )
    with pytest.raises(ClaimRejectedError, match="iss"):
        finish(sign_in, pending(start), world.callback(start, tokens))
