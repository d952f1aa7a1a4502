"""Assemble the pool's API from the parts that managed login shares with it."""

from collections.abc import Mapping
from typing import Final

import attrs

from authcore.ports.system import Clock, Entropy
from authcore_local.cognito.app_client_secrets import AppClientSecrets
from authcore_local.cognito.auth_sessions import AuthSessions
from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.idp_api.administration import Administration
from authcore_local.cognito.idp_api.authentication import Authentication
from authcore_local.cognito.idp_api.challenge_answers import ChallengeAnswers
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions
from authcore_local.cognito.idp_api.idp_endpoint import Api, Operation
from authcore_local.cognito.idp_api.password_flow import PasswordFlow
from authcore_local.cognito.idp_api.provider_links import ProviderLinking
from authcore_local.cognito.idp_api.questions import Questions
from authcore_local.cognito.idp_api.request_rates import RequestRates
from authcore_local.cognito.idp_api.self_service import SelfService
from authcore_local.cognito.idp_api.sign_in_completion import SignInCompletion
from authcore_local.cognito.idp_api.srp_flow import SrpFlow
from authcore_local.cognito.idp_api.user_listing import UserListing
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle
from authcore_local.cognito.oauth.revocation_endpoint import Revocation
from authcore_local.cognito.oauth.session_refresh import SessionRefresh
from authcore_local.cognito.token_issuer import TokenIssuer
from authcore_local.cognito.user_flows.forgotten_passwords import ForgottenPasswords
from authcore_local.cognito.user_flows.password_sign_in import PasswordSignIn
from authcore_local.cognito.user_flows.sign_up import SignUp
from authcore_local.cognito.user_pool.users import UserStore


SIGNED: Final = frozenset(("GetProvisionedLimit", "ListUsers"))
"""Operations that need IAM credentials at Amazon's, beside every ``Admin…``."""


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
    issuer: TokenIssuer
    refresh: SessionRefresh
    revocation: Revocation
    rates: RequestRates
    clock: Clock
    entropy: Entropy

    def api(self) -> Api:
        """Build the API."""
        operations = {
            **self._sign_in_operations(),
            **self._operations_of_users(),
            **self._operations_of_operators(),
        }
        signed = {name for name in operations if name in SIGNED or name.startswith("Admin")}
        return Api(
            unsigned={name: operations[name] for name in operations.keys() - signed},
            signed={name: operations[name] for name in signed},
            secrets={"GetSecretValue": self.secrets.get_secret_value},
            admit=self.rates.check,
        )

    def _operations_of_users(self) -> Mapping[str, Operation]:
        self_service = SelfService(
            config=self.config,
            secrets=self.secrets,
            users=self.users,
            sign_up=self.sign_up,
            forgotten=self.forgotten,
        )
        return {
            "RevokeToken": self.revocation.revoke_token,
            "GlobalSignOut": self.revocation.global_sign_out,
            **self_service.operations(),
        }

    def _operations_of_operators(self) -> Mapping[str, Operation]:
        administration = Administration(
            self.config, users=self.users, sessions=self.sessions, lifecycle=self.lifecycle
        )
        linking = ProviderLinking(self.config, users=self.users, clock=self.clock)
        return {
            "AdminLinkProviderForUser": linking.link,
            "ListUsers": UserListing(self.config, users=self.users).list_users,
            "GetProvisionedLimit": self.rates.get_provisioned_limit,
            **administration.operations(),
        }

    def _sign_in_operations(self) -> Mapping[str, Operation]:
        challenges = ChallengeSessions(self.config, clock=self.clock, entropy=self.entropy)
        completion = SignInCompletion(
            config=self.config,
            questions=Questions(self.config, sessions=challenges),
            lifecycle=self.lifecycle,
            issuer=self.issuer,
            clock=self.clock,
        )
        password = PasswordFlow(
            config=self.config, users=self.users, sign_in=self.sign_in, completion=completion
        )
        srp = SrpFlow(
            config=self.config,
            users=self.users,
            sessions=challenges,
            sign_in=self.sign_in,
            completion=completion,
            clock=self.clock,
            entropy=self.entropy,
        )
        authentication = Authentication(
            config=self.config,
            secrets=self.secrets,
            refresh=self.refresh,
            beginnings={
                "USER_PASSWORD_AUTH": password.begin,
                "ADMIN_USER_PASSWORD_AUTH": password.begin,
                "USER_SRP_AUTH": srp.begin,
            },
        )
        answers = ChallengeAnswers(
            config=self.config,
            secrets=self.secrets,
            users=self.users,
            sessions=challenges,
            answerers={
                "PASSWORD_VERIFIER": srp.answer,
                "NEW_PASSWORD_REQUIRED": password.answer_new_password,
            },
        )
        return {
            "InitiateAuth": authentication.initiate,
            "AdminInitiateAuth": authentication.admin_initiate,
            "GetTokensFromRefreshToken": authentication.get_tokens,
            "RespondToAuthChallenge": answers.respond,
            "AdminRespondToAuthChallenge": answers.admin_respond,
        }
