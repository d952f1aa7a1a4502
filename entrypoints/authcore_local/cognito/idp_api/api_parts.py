"""What the API shares with managed login and the OAuth endpoints."""

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.auth_sessions import AuthSessions
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.idp_api.function_descriptions import FunctionDescriptions
from authcore_local.cognito.idp_api.idp_endpoint import Revisions
from authcore_local.cognito.idp_api.request_rates import RequestRates
from authcore_local.cognito.idp_api.token_bearer import TokenBearer
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.oauth.revocation_endpoint import Revocation
from authcore_local.cognito.oauth.session_refresh import SessionRefresh
from authcore_local.cognito.token_issuer import TokenIssuer
from authcore_local.cognito.user_flows.confirmation_codes import ConfirmationCodes
from authcore_local.cognito.user_flows.forgotten_passwords import ForgottenPasswords
from authcore_local.cognito.user_flows.outbox import Outbox
from authcore_local.cognito.user_flows.passkey_ceremonies import PasskeyCeremonies
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_flows.sign_up import SignUp
from authcore_local.cognito.user_flows.software_token_mfa import SoftwareTokenMfa
from authcore_local.cognito.user_flows.user_imports import UserImports
from authcore_local.cognito.user_pool.users import UserStore


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ApiParts:
    """The pool, as far as its API is concerned."""

    config: PoolConfig
    users: UserStore
    sessions: AuthSessions
    secrets: AppClientSecrets
    lifecycle: Lifecycle
    sign_in: PasswordSignIn
    sign_up: SignUp
    forgotten: ForgottenPasswords
    imports: UserImports
    codes: ConfirmationCodes
    outbox: Outbox
    issuer: TokenIssuer
    bearer: TokenBearer
    refresh: SessionRefresh
    revocation: Revocation
    rates: RequestRates
    functions: FunctionDescriptions
    revisions: Revisions
    clock: Clock
    entropy: Entropy

    @property
    def software_tokens(self) -> SoftwareTokenMfa:
        """Authenticator apps."""
        return SoftwareTokenMfa(
            config=self.config, users=self.users, clock=self.clock, entropy=self.entropy
        )

    @property
    def ceremonies(self) -> PasskeyCeremonies:
        """Passkeys."""
        return PasskeyCeremonies(self.config, self.clock, self.entropy)
