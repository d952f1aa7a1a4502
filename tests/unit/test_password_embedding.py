"""``authcore.password_sign_in``: what it builds, and what it refuses to."""

from datetime import timedelta
from typing import Any

import pytest

import authcore
from authcore.domain.services.sign_in.password_sign_in import PasswordSignIn
from authcore.testing.mint import DEFAULT_CLIENT_ID, TokenMint
from unit.validator_world import CLOCK, POOL, built


MINT = TokenMint(clock=CLOCK)
SIGN_IN: dict[str, Any] = {
    "validator": built(),
    "user_pool_id": POOL,
    "client_id": DEFAULT_CLIENT_ID,
    "client_secret": "secret",
}


def test_an_application_gets_a_sign_in_by_srp_without_a_second_try() -> None:
    sign_in = authcore.password_sign_in(**SIGN_IN)

    assert isinstance(sign_in, PasswordSignIn)
    assert (sign_in.flow, sign_in.migrating) == ("USER_SRP_AUTH", None)
    assert "secret" not in repr(sign_in)


def test_tokens_of_another_client_of_the_pool_are_refused() -> None:
    both = authcore.token_validator(
        user_pool_id=POOL, client_id=[DEFAULT_CLIENT_ID, "another"], jwks=MINT.jwks(), clock=CLOCK
    )
    sign_in = authcore.password_sign_in(**{**SIGN_IN, "validator": both})

    foreign = TokenMint(clock=CLOCK, client_id="another").access()
    assert both.verify_access_token(foreign).client_id == "another"
    with pytest.raises(authcore.TokenRejectedError):
        sign_in.validator.verify_access_token(foreign)


def test_only_the_admin_flow_needs_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        "botocore.credentials.CredentialResolver.load_credentials",
        lambda _: asked.append("the chain"),
    )
    for flow in ("USER_SRP_AUTH", "USER_PASSWORD_AUTH", "USER_AUTH"):
        authcore.password_sign_in(**{**SIGN_IN, "flow": flow})
    assert asked == []

    authcore.password_sign_in(**{**SIGN_IN, "migrating": "ADMIN_USER_PASSWORD_AUTH"})
    assert asked


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"user_pool_id": "pool"}, "user_pool_id"),
        ({"user_pool_id": "eu-west-1_Another1"}, "user_pool_id"),
        ({"client_id": "another"}, "client_id"),
        ({"validator": object()}, "validator"),
        ({"client_secret": ""}, "client_secret"),
        ({"client_secret": object()}, "client_secret"),
        ({"flow": "CUSTOM_AUTH"}, "flow"),
        ({"migrating": "NONE"}, "migrating"),
        ({"migrating": "USER_AUTH"}, "migrating"),
        ({"flow": "USER_PASSWORD_AUTH", "migrating": "USER_PASSWORD_AUTH"}, "migrating"),
        ({"endpoint_url": "ftp://example.com"}, "endpoint_url"),
        ({"endpoint_url": 1}, "endpoint_url"),
        ({"timeout": timedelta(0)}, "timeout"),
        ({"timeout": timedelta(seconds=31)}, "timeout"),
        ({"timeout": 5}, "timeout"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_wrong_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(authcore.ConfigurationError) as refused:
        authcore.password_sign_in(**{**SIGN_IN, **change})
    assert any(problem.startswith(named) for problem in refused.value.problems)


def test_everything_wrong_is_named_at_once() -> None:
    with pytest.raises(authcore.ConfigurationError) as refused:
        authcore.password_sign_in(
            **{**SIGN_IN, "client_secret": "", "flow": "NONE", "timeout": timedelta(0)}
        )
    assert len(refused.value.problems) == 3
