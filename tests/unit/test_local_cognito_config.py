"""What an operator may choose about the local Cognito's sessions: what Amazon takes."""

from datetime import timedelta
from typing import Any

import pytest

from authcore_local.cognito import PoolConfig


POOL: dict[str, Any] = {
    "region": "eu-local-1",
    "pool_id": "eu-local-1_Test00001",
    "issuer": "http://127.0.0.1:8402/eu-local-1_Test00001",
    "domain": "http://127.0.0.1:8402",
    "client_id": "client",
    "client_secrets": ("secret",),
    "callback_urls": ("http://127.0.0.1:8401/callback",),
}
EVERY_FLOW = {
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
}


@pytest.mark.parametrize(
    "setting",
    [
        {"refresh_token_lifetime": timedelta(minutes=59)},
        {"refresh_token_lifetime": timedelta(days=3651)},
        {"retry_grace_period": timedelta(seconds=-1)},
        {"retry_grace_period": timedelta(seconds=61)},
        {"logout_urls": ("http://www.example.com/",)},
        {"logout_urls": ("https://www.example.com/",) * 101},
    ],
)
def test_what_amazon_does_not_take_is_not_taken(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"refresh_token_lifetime|retry_grace_period|https|100"):
        PoolConfig(**POOL, **setting)


@pytest.mark.parametrize(
    "setting",
    [
        {"refresh_token_lifetime": timedelta(minutes=60)},
        {"refresh_token_lifetime": timedelta(days=3650)},
        {"retry_grace_period": timedelta(0)},
        {"retry_grace_period": timedelta(seconds=60)},
        {"logout_urls": ()},
        {"logout_urls": ("https://www.example.com/", "http://localhost:8400/bye")},
    ],
)
def test_what_amazon_takes_is_taken(setting: dict[str, Any]) -> None:
    (name,) = setting
    config = PoolConfig(**POOL, **setting)

    assert getattr(config, name) == setting[name]


def test_a_pool_that_nobody_configured_refreshes_for_30_days_and_does_not_rotate() -> None:
    config = PoolConfig(**POOL)

    assert config.refresh_token_lifetime == timedelta(days=30)
    assert not config.refresh_token_rotation
    assert config.enabled_flows == EVERY_FLOW


def test_rotation_switches_the_refresh_flow_off_and_nothing_else() -> None:
    config = PoolConfig(**POOL, refresh_token_rotation=True)

    assert config.enabled_flows == EVERY_FLOW - {"ALLOW_REFRESH_TOKEN_AUTH"}
