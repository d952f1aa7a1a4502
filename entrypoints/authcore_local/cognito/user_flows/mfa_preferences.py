"""Which second factors a user has to prove."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.config import Mfa
from authcore_local.cognito.errors import invalid_parameter
from authcore_local.cognito.user_pool.users import PoolUser


@attrs.frozen
class MfaSetting:
    """What a call says about one factor."""

    is_enabled: bool
    is_preferred: bool


def apply_settings(user: PoolUser, settings: Mapping[Mfa, MfaSetting]) -> PoolUser:
    """
    Return *user* with *settings*; factors that are not among them stay as they are.

    Raises:
        CognitoError: InvalidParameterException: a factor that the user cannot prove, two that are
            preferred, or one that is preferred and not active.
    """
    for factor, setting in settings.items():
        if setting.is_enabled:
            _require_provable(user, factor)
    named = {factor: setting.is_enabled for factor, setting in settings.items()}
    active = {factor for factor in user.mfa if named.get(factor, True)}
    active |= {factor for factor, is_enabled in named.items() if is_enabled}
    preferred = [factor for factor, setting in settings.items() if setting.is_preferred]
    if len(preferred) > 1 or not {*preferred} <= active:
        raise invalid_parameter("Only one active MFA factor can be preferred.")
    kept = user.preferred_mfa if _keeps(user.preferred_mfa, settings, active) else None
    chosen = preferred[0] if preferred else kept
    return attrs.evolve(user, mfa=frozenset(active), preferred_mfa=chosen)


def _keeps(before: Mfa | None, settings: Mapping[Mfa, MfaSetting], active: set[Mfa]) -> bool:
    return before in active and before not in settings


def _require_provable(user: PoolUser, factor: Mfa) -> None:
    if not is_provable(user, factor):
        raise invalid_parameter(_UNPROVABLE[factor])


def is_provable(user: PoolUser, factor: Mfa) -> bool:
    """Whether *user* has what *factor* needs: an app, or a verified address."""
    if factor == "SOFTWARE_TOKEN_MFA":
        return user.software_token is not None
    return user.verified_email is not None


_UNPROVABLE: Final[Mapping[Mfa, str]] = {
    "SOFTWARE_TOKEN_MFA": "User has not verified software token mfa",
    "EMAIL_OTP": "User does not have delivery config set to turn on EMAIL_OTP",
}
