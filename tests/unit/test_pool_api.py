"""Where the admin API of an event's pool is."""

from datetime import timedelta

import pytest

from authcore.domain.model.urls import service_url
from authcore_lambda.pool_api import PoolApi, PoolApiSettings


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        (None, "https://cognito-idp.eu-west-1.amazonaws.com"),
        ("http://127.0.0.1:9229", "http://127.0.0.1:9229"),
        ("https://vpce.example.com", "https://vpce.example.com"),
    ],
)
def test_calls_go_to_the_endpoint_of_the_settings_or_to_the_regions(
    endpoint: str | None, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    settings = PoolApiSettings(
        region="eu-west-1", endpoint_url=None if endpoint is None else service_url(endpoint)
    )
    pool = PoolApi(settings, within=timedelta(seconds=1))
    assert pool._client.meta.endpoint_url == url
    assert pool._client.meta.region_name == "eu-west-1"


def test_the_issuer_is_the_one_of_the_region_whatever_the_endpoint() -> None:
    settings = PoolApiSettings(
        region="eu-west-1", endpoint_url=service_url("http://127.0.0.1:9229")
    )
    pool = PoolApi(settings, within=timedelta(seconds=1))
    issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34"
    assert pool.issuer("eu-west-1_Ab12Cd34") == issuer
