"""Configuration of the local pool and its one app client."""

from authcore_local.addresses import CLIENT_ID, COOKIE_DOMAIN, POOL_ID, REGION, Addresses
from authcore_local.cognito import PoolConfig
from authcore_local.cognito.config import STANDARD_ATTRIBUTES
from authcore_local.environment import Secrets
from authcore_local.lifetimes import Lifetimes


def pool_config(
    addresses: Addresses,
    secrets: Secrets,
    lifetimes: Lifetimes,
    *,
    more_logout_urls: tuple[str, ...] = (),
    post_authentication_in_managed_login: bool,
    publishes_secret: bool = True,
) -> PoolConfig:
    """Return the pool's side of the ``AUTHCORE_*`` variables."""
    return PoolConfig(
        region=REGION,
        pool_id=POOL_ID,
        issuer=addresses.issuer,
        domain=addresses.cognito_url,
        relying_party_id=COOKIE_DOMAIN,
        write_attributes=frozenset(STANDARD_ATTRIBUTES),
        client_id=CLIENT_ID,
        client_secrets=(secrets.client_secret,),
        callback_urls=(addresses.callback_url,),
        logout_urls=(addresses.signed_out_url, *more_logout_urls),
        access_token_lifetime=lifetimes.access,
        id_token_lifetime=lifetimes.access,
        refresh_token_lifetime=lifetimes.refresh,
        refresh_token_rotation=lifetimes.is_rotating,
        retry_grace_period=lifetimes.grace,
        publishes_secret=publishes_secret,
        post_authentication_in_managed_login=post_authentication_in_managed_login,
    )
