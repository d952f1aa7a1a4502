"""What a user has to answer after the first factor."""

from typing import Literal

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.user_pool.users import PoolUser


Required = Literal[
    "NEW_PASSWORD_REQUIRED", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP", "SELECT_MFA_TYPE", "MFA_SETUP"
]


def required_challenge(config: PoolConfig, user: PoolUser) -> Required | None:
    """Return the challenge that follows the first factor; None where tokens do."""
    if user.status == "FORCE_CHANGE_PASSWORD":
        return "NEW_PASSWORD_REQUIRED"
    return second_factor(config, user)


def second_factor(config: PoolConfig, user: PoolUser) -> Required | None:
    """
    Return how *user* proves a second factor; None where the pool and the user want none.

    The preferred factor; a choice where several are active and none is preferred; set-up where the
    pool requires a factor that the user does not have.
    """
    if config.mfa == "OFF":
        return None
    if user.preferred_mfa is not None:
        return user.preferred_mfa
    if len(user.mfa) > 1:
        return "SELECT_MFA_TYPE"
    if user.mfa:
        return next(iter(user.mfa))
    return "MFA_SETUP" if config.mfa == "ON" else None
