"""Clocks differ by seconds: a token fresh from Cognito must not look like one from the future."""

import io
from datetime import timedelta
from functools import partial
from typing import Final

import pytest
from dependency_injector import providers

from authcore import token_validator
from authcore.adapters.jwks.key_set import StaticKeys
from authcore.domain.errors import TokenExpiredError, TokenNotYetValidError, TokenRejectedError
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_guard.container import guard_container


COGNITO = FrozenClock()


VARIABLES: Final = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_COGNITO_USER_POOL_ID": "eu-west-1_Ab12Cd34E",
    "AUTHCORE_COGNITO_CLIENT_ID": "4f5u7n3k2q1z",
    "AUTHCORE_COOKIE_DOMAIN": "example.com",
    "AUTHCORE_COOKIE_KEYS": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "AUTHCORE_GUARD_SIGNIN_URL": "https://auth.example.com/auth/signin",
    "AUTHCORE_GUARD_APP_URL": "https://cms.example.com",
}


def validator_whose_clock_is_off_by(
    difference: timedelta, **changes: str
) -> tuple[TokenValidator, TokenMint]:
    container = guard_container({**VARIABLES, **changes})
    mint = TokenMint(issuer=container.issuer(), client_id="4f5u7n3k2q1z", clock=COGNITO)
    container.keys.override(providers.Object(StaticKeys(mint.jwks())))
    container.clock.override(providers.Object(FrozenClock(COGNITO.now() + difference)))
    return container.validator(), mint


def test_a_clock_a_few_seconds_behind_cognitos_signs_nobody_out() -> None:
    # TV-12
    validator, mint = validator_whose_clock_is_off_by(timedelta(seconds=-9))

    assert validator.verify_access_token(mint.access()).client_id == "4f5u7n3k2q1z"


def test_a_clock_further_behind_is_not_made_up_for() -> None:
    # TV-12
    validator, mint = validator_whose_clock_is_off_by(timedelta(seconds=-11))

    with pytest.raises(TokenNotYetValidError):
        validator.verify_access_token(mint.access())


def test_expiry_has_the_same_few_seconds_and_no_more() -> None:
    # TV-11
    validator, mint = validator_whose_clock_is_off_by(timedelta(hours=1, seconds=10))

    with pytest.raises(TokenExpiredError):
        validator.verify_access_token(mint.access())


def guard_takes(token: str, validator: TokenValidator) -> bool:
    try:
        validator.verify_access_token(token)
    except TokenRejectedError:
        return False
    return True


@pytest.mark.parametrize("leeway", [None, 0, 3, 60])
@pytest.mark.parametrize("off_by", [-61, -60, -11, -10, -4, -3, -1, 0, 1])
@pytest.mark.parametrize("age", [timedelta(0), timedelta(hours=1)], ids=["fresh", "expiring"])
def test_the_command_judges_a_token_as_the_guard_does(
    leeway: int | None, off_by: int, age: timedelta
) -> None:
    # TV-11 TV-12
    difference = age + timedelta(seconds=off_by)
    changes = {} if leeway is None else {"AUTHCORE_COGNITO_LEEWAY": str(leeway)}
    validator, mint = validator_whose_clock_is_off_by(difference, **changes)
    token = mint.access()
    clock = FrozenClock(COGNITO.now() + difference)
    out, err = io.StringIO(), io.StringIO()

    status = run(
        ["token", "verify"],
        CommandContext(
            {**VARIABLES, **changes},
            io.StringIO(token),
            out,
            err,
            clock,
            partial(token_validator, jwks=mint.jwks(), clock=clock),
        ),
    )

    assert status == (0 if guard_takes(token, validator) else 1), err.getvalue()
