"""Checks of the app clients: refreshes, lifetimes, and what users and applications may touch."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from authcore.domain.model.checks import Check, Detail
from authcore.domain.model.deployment import Deployment
from authcore.domain.model.pool_settings import REFRESH_FLOW, ClientSettings
from authcore.domain.services.doctor.mending import client_edit


MIN_GRACE: Final = timedelta(seconds=10)
MAX_ACCESS_LIFETIME: Final = timedelta(hours=1)
VERIFIED: Final = ("email_verified", "phone_number_verified")
CLAIMS_OF_SCOPES: Final = {"email": ("email", "email_verified"), "profile": ("name",)}
_OWN_ATTRIBUTES: Final = '.WriteAttributes=["email","name","given_name","family_name","locale"]'


def _of(client: ClientSettings, text: str) -> Detail:
    return Detail(f"{client.client_id} {text}", client=client.client_id)


def _no_refresh_flow(facts: Deployment) -> Iterator[str]:
    client = facts.client
    if facts.sign_in.refresh_by != "auth_flow":
        return
    if client.is_rotating:
        yield "AUTHCORE_REFRESH_BY is auth_flow, which does not work with rotation"
    elif REFRESH_FLOW not in client.flows:
        yield f"AUTHCORE_REFRESH_BY is auth_flow, and {REFRESH_FLOW} is not allowed"


def _rotates_with_flow(facts: Deployment) -> Iterator[Detail]:
    for client in facts.user_clients:
        if client.is_rotating and REFRESH_FLOW in client.flows:
            yield _of(client, f"rotates refresh tokens and allows {REFRESH_FLOW}")


def _no_grace(facts: Deployment) -> Iterator[str]:
    client = facts.client
    if client.is_rotating and client.grace < MIN_GRACE:
        yield f"a used refresh token is valid for {client.grace.seconds} s, not {MIN_GRACE.seconds}"


def _cookie_outlives(facts: Deployment) -> Iterator[str]:
    lifetime = facts.client.refresh_lifetime
    if facts.cookie.lifetime > lifetime:
        seconds = int(lifetime.total_seconds())
        yield f"AUTHCORE_COOKIE_LIFETIME is longer than the refresh token's lifetime, {seconds} s"


def _long_access(facts: Deployment) -> Iterator[Detail]:
    for client in facts.user_clients:
        if client.access_lifetime > MAX_ACCESS_LIFETIME:
            minutes = int(client.access_lifetime.total_seconds()) // 60
            yield _of(client, f"has access tokens that are valid for {minutes} minutes")


def _tells_users(facts: Deployment) -> Iterator[Detail]:
    for client in facts.user_clients:
        if not client.hides_users:
            yield _of(client, "answers an unknown user and a wrong password differently")


def _keeps_tokens(facts: Deployment) -> Iterator[Detail]:
    for client in facts.user_clients:
        if not client.revokes:
            yield _of(client, "has refresh tokens that cannot be revoked")


def _writable_links(facts: Deployment) -> Iterator[Detail]:
    for client in facts.user_clients:
        if client.writable is None:
            yield _of(client, "does not list the attributes that it may write")
        elif named := sorted(n for n in client.writable if n.startswith("custom:legacy_")):
            yield _of(client, f"may write {', '.join(named)}")


def _writable_verified(facts: Deployment) -> Iterator[Detail]:
    for client in facts.user_clients:
        for name in VERIFIED:
            if client.writable is not None and name in client.writable:
                yield _of(client, f"may write {name}")


def _unreadable_attributes(facts: Deployment) -> Iterator[str]:
    readable, scopes = facts.client.readable, facts.sign_in.scopes
    asked = [name for scope in scopes for name in CLAIMS_OF_SCOPES.get(scope, ())]
    for name in asked:
        if readable is not None and name not in readable:
            yield f"the app client may not read {name}"


CHECKS: Final = (
    Check(
        id="refresh_flow",
        question="Can sessions be refreshed the way the settings say?",
        severity="high",
        why="Every session ends with its first access token.",
        mend="set AUTHCORE_REFRESH_BY=token_endpoint",
        anchor="operating.md#refresh",
        examine=_no_refresh_flow,
    ),
    Check(
        id="rotation_without_refresh_flow",
        question="Is REFRESH_TOKEN_AUTH off where refresh tokens are rotated?",
        severity="medium",
        why="Cognito does not offer both, and a client that tries the flow is refused.",
        mend=client_edit(f'.ExplicitAuthFlows -= ["{REFRESH_FLOW}"]'),
        anchor="operating.md#refresh",
        examine=_rotates_with_flow,
    ),
    Check(
        id="rotation_grace",
        question="Is a rotated refresh token valid long enough for a second process or tab?",
        severity="high",
        why="Two refreshes at once end the session of a user who did nothing wrong.",
        mend=client_edit(
            '.RefreshTokenRotation={"Feature":"ENABLED","RetryGracePeriodSeconds":30}'
        ),
        anchor="operating.md#refresh",
        examine=_no_grace,
    ),
    Check(
        id="cookie_lifetime",
        question="Do cookies live no longer than the refresh token?",
        severity="low",
        why="Browsers send sessions that nothing can refresh.",
        mend="set AUTHCORE_COOKIE_LIFETIME to the lifetime of the refresh token, in seconds",
        anchor="operating.md#settings",
        examine=_cookie_outlives,
    ),
    Check(
        id="access_lifetime",
        question="Are access tokens valid for one hour at most?",
        severity="medium",
        why="A signed token counts until it expires, also after the user was disabled.",
        mend=client_edit('.AccessTokenValidity=60 | .TokenValidityUnits.AccessToken="minutes"'),
        anchor="operating.md#sign-out-and-revocation",
        examine=_long_access,
    ),
    Check(
        id="cognito_user_pool_client_prevent_user_existence_errors",
        question="Do an unknown user and a wrong password look alike?",
        severity="medium",
        why="Strangers learn which addresses have accounts.",
        mend=client_edit('.PreventUserExistenceErrors="ENABLED"'),
        anchor="migration.md",
        examine=_tells_users,
    ),
    Check(
        id="cognito_user_pool_client_token_revocation_enabled",
        question="Can refresh tokens be revoked?",
        severity="medium",
        why="A sign-out leaves the refresh token usable.",
        mend=client_edit(".EnableTokenRevocation=true"),
        anchor="operating.md#sign-out-and-revocation",
        examine=_keeps_tokens,
    ),
    Check(
        id="links_not_writable",
        question="Are the custom attributes of authcore out of users' hands?",
        severity="critical",
        why="A user who writes custom:legacy_uid claims the account of another one.",
        mend=client_edit(_OWN_ATTRIBUTES),
        anchor="migration.md#deploy-it",
        examine=_writable_links,
    ),
    Check(
        id="email_verified_not_writable",
        question="Is email_verified out of users' hands?",
        severity="critical",
        why="A user who writes it owns every address, and is linked to the account that has it.",
        mend=client_edit(_OWN_ATTRIBUTES),
        anchor="migration.md#deploy-it",
        examine=_writable_verified,
    ),
    Check(
        id="attributes_readable",
        question="May the app client read what its scopes ask for?",
        severity="high",
        why="Cognito refuses the code (invalid_grant).",
        mend=client_edit('.ReadAttributes += ["email","email_verified","name"]'),
        anchor="linking.md#deploy-it",
        examine=_unreadable_attributes,
    ),
)
