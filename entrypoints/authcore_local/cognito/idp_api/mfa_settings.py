"""Operations on second factors."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore_local.cognito.config import Mfa, PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.authentication import check_pool
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions, Pending
from authcore_local.cognito.idp_api.idp_endpoint import Input, Operation
from authcore_local.cognito.idp_api.sign_in_attempt import user_of
from authcore_local.cognito.idp_api.token_bearer import TokenBearer
from authcore_local.cognito.user_flows.mfa_preferences import MfaSetting, apply_settings
from authcore_local.cognito.user_flows.software_token_mfa import SoftwareTokenMfa
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


MAX_SESSION: Final = 4096
SETUP: Final = "MFA_SETUP"
ASSOCIATED: Final = "associated"
VERIFIED: Final = "verified"
"""States of the challenge MFA_SETUP; None before the first one."""

_MEMBERS: Final[Mapping[Mfa, str]] = {
    "SOFTWARE_TOKEN_MFA": "SoftwareTokenMfaSettings",
    "EMAIL_OTP": "EmailMfaSettings",
}


@attrs.frozen(kw_only=True, eq=False, repr=False)
class MfaSettings:
    """
    Registers apps, by access token or within a sign-in, and sets which factors are active.

    Within a sign-in each step ends its ``Session`` and returns the next one.
    """

    config: PoolConfig
    users: UserStore
    sessions: ChallengeSessions
    bearer: TokenBearer
    tokens: SoftwareTokenMfa

    def operations(self) -> Mapping[str, Operation]:
        """By name."""
        return {
            "AssociateSoftwareToken": self.associate,
            "VerifySoftwareToken": self.verify,
            "SetUserMFAPreference": self.set_preference,
            "AdminSetUserMFAPreference": self.admin_set_preference,
        }

    def associate(self, given: Input) -> Mapping[str, object]:
        """``AssociateSoftwareToken``; unsigned."""
        session = given.optional("Session")
        if not session:
            return {"SecretCode": self.tokens.associate(self.bearer.user(given))}
        pending, user = self._setting_up(session, None)
        self.sessions.accept(session)
        code = self.tokens.associate(user)
        return {"SecretCode": code, "Session": self._next(pending, ASSOCIATED)}

    def verify(self, given: Input) -> Mapping[str, object]:
        """``VerifySoftwareToken``; unsigned."""
        code = given.text("UserCode", longest=6)
        session = given.optional("Session")
        if not session:
            self.tokens.verify(self.bearer.user(given), code)
            return {"Status": "SUCCESS"}
        pending, user = self._setting_up(session, ASSOCIATED)
        try:
            self.tokens.verify(user, code)
        except CognitoError:
            self.sessions.count_wrong(session)
            raise
        self.sessions.accept(session)
        return {"Status": "SUCCESS", "Session": self._next(pending, VERIFIED)}

    def set_preference(self, given: Input) -> Mapping[str, object]:
        """``SetUserMFAPreference``; unsigned."""
        return self._set(self.bearer.user(given).username, given)

    def admin_set_preference(self, given: Input) -> Mapping[str, object]:
        """``AdminSetUserMFAPreference``."""
        check_pool(self.config, given)
        return self._set(given.text("Username", longest=128), given)

    def _set(self, username: str, given: Input) -> Mapping[str, object]:
        for unknown in ("SMSMfaSettings", "WebAuthnMfaSettings"):
            if given.has(unknown) and given.members(unknown).flag("Enabled"):
                raise invalid_parameter(f"{unknown} is not part of this local pool.")
        settings = {
            factor: _read_setting(given.members(member))
            for factor, member in _MEMBERS.items()
            if given.has(member)
        }
        self.users.change(username, lambda user: apply_settings(user, settings))
        return {}

    def _setting_up(self, session: str, state: str | None) -> tuple[Pending, PoolUser]:
        if len(session) > MAX_SESSION:
            raise invalid_parameter("Invalid value at 'Session'")
        pending = self.sessions.read(session, SETUP)
        if pending.state != state:
            raise CognitoError(
                "NotAuthorizedException", "Invalid session for the user, session is expired."
            )
        return pending, user_of(self.users, pending)

    def _next(self, pending: Pending, state: str) -> str:
        return self.sessions.begin(attrs.evolve(pending, state=state))


def _read_setting(given: Input) -> MfaSetting:
    return MfaSetting(given.flag("Enabled"), given.flag("PreferredMfa"))
