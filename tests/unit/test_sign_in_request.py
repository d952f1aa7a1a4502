"""What the browser takes to the authorize endpoint, and what it keeps."""

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest

from authcore.adapters.system import SystemEntropy
from authcore.domain.errors import ParameterRejectedError, RedirectRejectedError
from authcore.domain.services.sign_in.authorization import (
    LANGUAGES,
    MAX_STATE_LENGTH,
    candidate_in,
    code_challenge_for,
    state_for,
)
from authcore.domain.services.sign_in.redirects import MAX_REDIRECT_LENGTH, RedirectAllowlist
from authcore.domain.services.sign_in.sign_in import SignIn
from unit.sign_in_world import AUTHORIZE_URL, CALLBACK_URL, DEEP_LINK, World, query_of


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def sign_in(world: World) -> SignIn:
    return world.sign_in()


def test_the_authorize_request_has_all_that_cognito_needs(world: World, sign_in: SignIn) -> None:
    start = sign_in.begin(DEEP_LINK)
    asked = query_of(start)
    assert start.authorize_url.startswith(f"{AUTHORIZE_URL}?response_type=code&")
    assert {name: asked[name] for name in asked if name not in ("state", "code_challenge")} == {
        "response_type": "code",
        "client_id": world.mint.client_id,
        "redirect_uri": CALLBACK_URL,
        "scope": "openid email profile",
        "nonce": start.attempt.nonce,
        "code_challenge_method": "S256",
    }


def test_the_authorize_url_is_plain_visible_ascii(sign_in: SignIn) -> None:
    # RD-06
    start = sign_in.begin(DEEP_LINK, login_hint="a b&c=d#e@example.com")
    assert re.fullmatch(r"[A-Za-z0-9:/?&=%._~-]+", start.authorize_url)


def test_the_state_is_the_seeds_form_in_base64url(sign_in: SignIn) -> None:
    # SP-01
    state = query_of(sign_in.begin(DEEP_LINK))["state"]
    text = base64.urlsafe_b64decode(state + "=" * (-len(state) % 4)).decode()
    random, separator, target = text.partition("_redirect=")
    assert (separator, target) == ("_redirect=", DEEP_LINK)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43,128}", random)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", state)


def test_a_target_that_looks_like_the_separator_comes_back_whole(sign_in: SignIn) -> None:
    target = "https://cms.example.com/?a_redirect=https://evil.example/_redirect=x"
    assert candidate_in(query_of(sign_in.begin(target))["state"]) == target


@pytest.mark.parametrize("state", ["", "A", "AAAA", "____", "bm8tcmVkaXJlY3Q", "=", "\u00e9"])
def test_a_state_that_carries_no_target_reads_as_none(state: str) -> None:
    assert candidate_in(state) is None


def test_the_longest_target_fits_the_longest_state() -> None:
    # DL-02
    origin = "https://cms.example.com"
    target = RedirectAllowlist([origin]).resolve(f"{origin}/".ljust(MAX_REDIRECT_LENGTH, "a"))
    assert len(state_for("r" * 128, target)) <= MAX_STATE_LENGTH


def test_the_challenge_is_that_of_the_standards_example() -> None:
    # SP-04: RFC 7636 appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert code_challenge_for(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_verifier_stays_home_and_its_challenge_goes_out(sign_in: SignIn) -> None:
    # SP-04
    start = sign_in.begin(None)
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", start.attempt.code_verifier)
    assert query_of(start)["code_challenge"] == code_challenge_for(start.attempt.code_verifier)
    assert start.attempt.code_verifier not in start.authorize_url


def test_state_verifier_and_nonce_never_repeat(world: World) -> None:
    # SP-01 SP-04
    sign_in = world.sign_in(entropy=SystemEntropy())
    fresh = set()
    for _ in range(2_000):
        start = sign_in.begin(None)
        fresh |= {start.attempt.state_digest, start.attempt.code_verifier, start.attempt.nonce}
    assert len(fresh) == 3 * 2_000


def test_the_attempt_knows_its_state_by_digest_only(world: World, sign_in: SignIn) -> None:
    start = sign_in.begin(None)
    state = query_of(start)["state"]
    assert start.attempt.state_digest == hashlib.sha256(state.encode()).hexdigest()
    assert start.attempt.expires_at == world.clock.now() + timedelta(minutes=10)


@pytest.mark.parametrize(
    "redirect",
    [
        "",
        "/articles",
        "https://evil.example/",
        "https://cms.example.com@evil.example/",
        "https://cms.example.com/\r\nSet-Cookie: a=b",
        "https://cms.example.com/caf\u00e9",
        "https://cms.example.com/".ljust(MAX_REDIRECT_LENGTH + 1, "a"),
    ],
)
def test_a_bad_redirect_begins_nothing(sign_in: SignIn, redirect: str) -> None:
    # RD-01 RD-06 RD-08 DL-02
    with pytest.raises(RedirectRejectedError):
        sign_in.begin(redirect)


class TestOptions:
    @pytest.mark.parametrize(
        "provider", ["COGNITO", "Google", "SignInWithApple", "my-saml.idp", "a" * 32]
    )
    def test_a_provider_skips_cognitos_page(self, sign_in: SignIn, provider: str) -> None:
        assert query_of(sign_in.begin(None, provider=provider))["identity_provider"] == provider

    @pytest.mark.parametrize("lang", sorted(LANGUAGES))
    def test_every_language_of_managed_login_passes(self, sign_in: SignIn, lang: str) -> None:
        assert query_of(sign_in.begin(None, lang=lang))["lang"] == lang

    @pytest.mark.parametrize("hint", ["jane@example.com", "Jane Doe+x&y=z#", "a" * 256])
    def test_a_login_hint_arrives_as_typed(self, sign_in: SignIn, hint: str) -> None:
        assert query_of(sign_in.begin(None, login_hint=hint))["login_hint"] == hint

    @pytest.mark.parametrize("name", ["provider", "lang", "login_hint"])
    @pytest.mark.parametrize(
        "value", ["", "a\r\nb", "a\x00b", "caf\u00e9", "\u2028", "en\n", "\ud800"]
    )
    def test_what_no_option_may_hold_is_refused(
        self, sign_in: SignIn, name: str, value: str
    ) -> None:
        # RD-06
        given: dict[str, Any] = {name: value}
        with pytest.raises(ParameterRejectedError) as refusal:
            sign_in.begin(None, **given)
        assert refusal.value.parameter == name

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("provider", "a" * 33),
            ("provider", "Goo gle"),
            ("provider", "-Google"),
            ("provider", "Google&client_id=x"),
            ("lang", "EN"),
            ("lang", "pt"),
            ("lang", "en|fr"),
            ("login_hint", "a" * 257),
        ],
    )
    def test_over_long_or_unknown_values_are_refused(
        self, sign_in: SignIn, name: str, value: str
    ) -> None:
        # DL-02
        given: dict[str, Any] = {name: value}
        with pytest.raises(ParameterRejectedError):
            sign_in.begin(None, **given)
