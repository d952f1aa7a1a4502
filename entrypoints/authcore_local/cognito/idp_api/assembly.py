"""Assemble the pool's API from the parts that managed login shares with it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from authcore_local.cognito.idp_api.administration import Administration
from authcore_local.cognito.idp_api.api_parts import ApiParts
from authcore_local.cognito.idp_api.authentication import Authentication
from authcore_local.cognito.idp_api.challenge_answers import ChallengeAnswers
from authcore_local.cognito.idp_api.challenge_desk import ChallengeDesk
from authcore_local.cognito.idp_api.challenge_sessions import ChallengeSessions
from authcore_local.cognito.idp_api.domain_description import DomainDescription
from authcore_local.cognito.idp_api.idp_endpoint import Api, Operation
from authcore_local.cognito.idp_api.import_jobs import ImportJobs
from authcore_local.cognito.idp_api.mfa_settings import MfaSettings
from authcore_local.cognito.idp_api.own_account import OwnAccount
from authcore_local.cognito.idp_api.passkey_registration import PasskeyRegistration
from authcore_local.cognito.idp_api.pool_description import PoolDescription
from authcore_local.cognito.idp_api.provider_links import ProviderLinking
from authcore_local.cognito.idp_api.self_service import SelfService
from authcore_local.cognito.idp_api.sign_in_completion import TokensOverTheApi
from authcore_local.cognito.idp_api.sign_in_flows import SignInFlows
from authcore_local.cognito.idp_api.user_listing import UserListing


SIGNED: Final = frozenset(
    (
        "CreateUserImportJob",
        "DescribeIdentityProvider",
        "DescribeRiskConfiguration",
        "DescribeUserImportJob",
        "DescribeUserPool",
        "DescribeUserPoolClient",
        "DescribeUserPoolDomain",
        "GetCSVHeader",
        "GetProvisionedLimit",
        "GetUserPoolMfaConfig",
        "ListIdentityProviders",
        "ListUserImportJobs",
        "ListUserPoolClients",
        "ListUsers",
        "StartUserImportJob",
        "StopUserImportJob",
    )
)
"""Operations that need IAM credentials at Amazon's, beside every ``Admin…``."""


def build_api(parts: ApiParts, note: Callable[[str, str], None]) -> Api:
    """Build the API; *note* is told the operation and the answer of each call."""
    challenges = ChallengeSessions(parts.config, clock=parts.clock, entropy=parts.entropy)
    operations = {
        **_sign_in_operations(parts, challenges),
        **_operations_of_users(parts, challenges),
        **_operations_of_operators(parts),
    }
    signed = {name for name in operations if name in SIGNED or name.startswith("Admin")}
    return Api(
        unsigned={name: operations[name] for name in operations.keys() - signed},
        signed={name: operations[name] for name in signed},
        secrets={"GetSecretValue": parts.secrets.get_secret_value},
        firewall={"GetWebACLForResource": lambda _: {}},
        admit=partial(_admit, parts),
        revisions=parts.revisions,
        note=note,
    )


def _admit(parts: ApiParts, operation: str) -> None:
    parts.rates.check(operation)
    parts.imports.advance()


def _operations_of_users(parts: ApiParts, challenges: ChallengeSessions) -> Mapping[str, Operation]:
    self_service = SelfService(
        config=parts.config,
        secrets=parts.secrets,
        users=parts.users,
        sign_up=parts.sign_up,
        forgotten=parts.forgotten,
    )
    account = OwnAccount(
        config=parts.config,
        users=parts.users,
        bearer=parts.bearer,
        sign_in=parts.sign_in,
        sessions=parts.sessions,
        codes=parts.codes,
        outbox=parts.outbox,
    )
    factors = mfa_settings(parts, challenges)
    passkeys = PasskeyRegistration(
        parts.config,
        users=parts.users,
        bearer=parts.bearer,
        ceremonies=parts.ceremonies,
        clock=parts.clock,
        entropy=parts.entropy,
    )
    return {
        "RevokeToken": parts.revocation.revoke_token,
        "GlobalSignOut": parts.revocation.global_sign_out,
        **self_service.operations(),
        **account.operations(),
        **factors.operations(),
        **passkeys.operations(),
    }


def _operations_of_operators(parts: ApiParts) -> Mapping[str, Operation]:
    administration = Administration(
        parts.config,
        users=parts.users,
        sessions=parts.sessions,
        lifecycle=parts.lifecycle,
        forgotten=parts.forgotten,
    )
    description = PoolDescription(
        config=parts.config,
        secrets=parts.secrets,
        users=parts.users,
        functions=parts.functions,
    )
    linking = ProviderLinking(parts.config, users=parts.users, clock=parts.clock)
    return {
        "AdminLinkProviderForUser": linking.link,
        "ListUsers": UserListing(parts.config, users=parts.users).list_users,
        "GetProvisionedLimit": parts.rates.get_provisioned_limit,
        "DescribeUserPool": description.pool,
        "DescribeUserPoolClient": description.client,
        "ListUserPoolClients": description.clients,
        **DomainDescription(config=parts.config).operations(),
        **ImportJobs(config=parts.config, imports=parts.imports).operations(),
        **administration.operations(),
    }


def _sign_in_operations(parts: ApiParts, challenges: ChallengeSessions) -> Mapping[str, Operation]:
    conclude = TokensOverTheApi(lifecycle=parts.lifecycle, issuer=parts.issuer, clock=parts.clock)
    flows = SignInFlows.of(parts, challenges, conclude)
    authentication = Authentication(
        config=parts.config,
        secrets=parts.secrets,
        refresh=parts.refresh,
        beginnings=flows.beginnings(),
    )
    desk = ChallengeDesk(users=parts.users, sessions=challenges, answerers=flows.answerers())
    answers = ChallengeAnswers(parts.config, parts.secrets, desk)
    return {
        "InitiateAuth": authentication.initiate,
        "AdminInitiateAuth": authentication.admin_initiate,
        "GetTokensFromRefreshToken": authentication.get_tokens,
        "RespondToAuthChallenge": answers.respond,
        "AdminRespondToAuthChallenge": answers.admin_respond,
    }


def mfa_settings(parts: ApiParts, challenges: ChallengeSessions) -> MfaSettings:
    """Build the operations on second factors, of which MFA_SETUP uses two."""
    return MfaSettings(
        config=parts.config,
        users=parts.users,
        sessions=challenges,
        bearer=parts.bearer,
        tokens=parts.software_tokens,
    )
