"""Clocks differ by seconds: a token fresh from Cognito must not look like one from the future."""

from datetime import timedelta

import pytest
from dependency_injector import providers

from authcore.adapters.jwks.key_set import StaticKeys
from authcore.domain.errors import TokenExpiredError, TokenNotYetValidError
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.fakes.ambient import FrozenClock
from authcore.testing.mint import TokenMint
from authcore_guard.container import guard_container


COGNITO = FrozenClock()


def validator_whose_clock_is_off_by(difference: timedelta) -> tuple[TokenValidator, TokenMint]:
    container = guard_container(
        {
            "AUTHCORE_COGNITO_REGION": "eu-west-1",
            "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34E",
            "AUTHCORE_COGNITO_CLIENT_ID": "4f5u7n3k2q1z",
            "AUTHCORE_COOKIE_DOMAIN": "example.com",
            "AUTHCORE_COOKIE_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
            "AUTHCORE_GUARD_SIGNIN_URL": "https://auth.example.com/auth/signin",
            "AUTHCORE_GUARD_APP_URL": "https://cms.example.com",
        }
    )
    mint = TokenMint(issuer=container.issuer(), client_id="4f5u7n3k2q1z", clock=COGNITO)
    container.keys.override(providers.Object(StaticKeys(mint.jwks())))
    container.clock.override(providers.Object(FrozenClock(COGNITO.now() + difference)))
    return container.validator(), mint


def test_a_clock_a_few_seconds_behind_cognitos_signs_nobody_out() -> None:
    # TV-12
    validator, mint = validator_whose_clock_is_off_by(timedelta(seconds=-9))

    assert validator.access(mint.access()).client_id == "4f5u7n3k2q1z"


def test_a_clock_further_behind_is_not_made_up_for() -> None:
    # TV-12
    validator, mint = validator_whose_clock_is_off_by(timedelta(seconds=-11))

    with pytest.raises(TokenNotYetValidError):
        validator.access(mint.access())


def test_expiry_has_the_same_few_seconds_and_no_more() -> None:
    # TV-11
    validator, mint = validator_whose_clock_is_off_by(timedelta(hours=1, seconds=10))

    with pytest.raises(TokenExpiredError):
        validator.access(mint.access())
