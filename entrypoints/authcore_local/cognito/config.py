"""Configuration of the pool, its domain and its one app client."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal, get_args

import attrs
from attrs import validators

from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore_local.cognito.config_rules import (
    at_most_two_secrets,
    callback_urls,
    client_word,
    host_of,
    logout_urls,
    one_or_two_secrets,
)


STANDARD_ATTRIBUTES: Final = (
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
)
VERIFIED_ATTRIBUTES: Final = frozenset(("email_verified", "phone_number_verified"))
MAX_ATTRIBUTE_LENGTH: Final = 2048
MAX_CUSTOM_ATTRIBUTES: Final = 50
SHORTEST_TOKEN_LIFETIME: Final = timedelta(minutes=5)
LONGEST_TOKEN_LIFETIME: Final = timedelta(days=1)
SHORTEST_REFRESH_LIFETIME: Final = timedelta(minutes=60)
LONGEST_REFRESH_LIFETIME: Final = timedelta(days=3650)
SHORTEST_AUTH_SESSION: Final = timedelta(minutes=3)
LONGEST_AUTH_SESSION: Final = timedelta(minutes=15)
LONGEST_GRACE: Final = timedelta(seconds=60)

_CUSTOM_NAME: Final = re.compile(r"custom:[A-Za-z0-9_.-]{1,20}")

Provider = Literal["Google", "Facebook", "SignInWithApple"]

LABELS: Final[Mapping[Provider, str]] = {
    "Google": "Google",
    "Facebook": "Facebook",
    "SignInWithApple": "Apple",
}
"""Names of the providers on pages."""

VERIFYING: Final[frozenset[Provider]] = frozenset(("Google", "SignInWithApple"))
"""Providers that say whether they verified an address."""

IssuerType = Literal["ORIGINAL", "UPDATED"]
"""See: Amazon Cognito API, ``IssuerConfigurationType``."""

AuthFlow = Literal[
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]

Mfa = Literal["SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]
"""Second factors that this pool knows."""

SignInName = Literal["username", "email", "alias"]
"""``email``: UsernameAttributes has ``email``.  ``alias``: AliasAttributes has it."""

Verifiable = Literal["email", "phone_number"]

FirstFactor = Literal["EMAIL_OTP", "WEB_AUTHN"]


@attrs.frozen
class SchemaAttribute:
    """
    One attribute that users of the pool can have.

    Attributes:
        name: ``custom:`` and up to 20 characters, or a standard name.
        mutable: Whether it can change after the user was created.
        max_length: In characters.
    """

    name: str
    mutable: bool = True
    max_length: int = MAX_ATTRIBUTE_LENGTH


def _custom_attributes(
    _: object,
    field: "attrs.Attribute[tuple[SchemaAttribute, ...]]",
    value: tuple[SchemaAttribute, ...],
) -> None:
    if len(value) > MAX_CUSTOM_ATTRIBUTES:
        raise ValueError(f"{field.name} must hold at most {MAX_CUSTOM_ATTRIBUTES} attributes")
    if not all(_CUSTOM_NAME.fullmatch(attribute.name) for attribute in value):
        raise ValueError(f"{field.name} must be custom: and up to 20 characters each")


_token_lifetime: Final = validators.and_(
    validators.ge(SHORTEST_TOKEN_LIFETIME), validators.le(LONGEST_TOKEN_LIFETIME)
)
_refresh_lifetime: Final = validators.and_(
    validators.ge(SHORTEST_REFRESH_LIFETIME), validators.le(LONGEST_REFRESH_LIFETIME)
)
_auth_session: Final = validators.and_(
    validators.ge(SHORTEST_AUTH_SESSION), validators.le(LONGEST_AUTH_SESSION)
)
_grace: Final = validators.and_(validators.ge(timedelta(0)), validators.le(LONGEST_GRACE))


@attrs.frozen(kw_only=True)
class MachineClient:
    """
    An app client of programs: the grant ``client_credentials``, which excludes the others.

    Attributes:
        client_id: Differs from that of every other app client.
        client_secrets: One, or two while one is being replaced.
        scopes: Of resource servers, e.g. ``orders/read``; all of them when it requests none.
    """

    client_id: str = attrs.field(validator=client_word)
    client_secrets: tuple[str, ...] = attrs.field(repr=False, validator=one_or_two_secrets)
    scopes: tuple[str, ...] = attrs.field(validator=validators.min_len(1))


@attrs.frozen(kw_only=True)
class PoolConfig:
    """
    A user pool with one app client, confidential or public.

    Users sign in with the user name they were created with, unless *sign_in_names* says otherwise.
    The client may read every attribute.

    Attributes:
        region: The first part of the pool id.
        pool_id: E.g. ``eu-local-1_Demo00001``.
        issuer: The ``iss`` of tokens, until the pool is switched to its other type; see
            ``issuers``.  Keys are at ``<issuer>/.well-known/jwks.json`` of both.
        domain: Managed login's origin as browsers see it, without a trailing slash.
        client_id: The app client.
        client_secrets: Of the start: one, or two while one is being replaced, the newest last; none
            makes the client a public one, as of a mobile application.
        callback_urls: Compared character by character.
        logout_urls: Where ``/logout`` may send browsers; compared character by character.
        scopes: Scopes the client may request; all of them when it requests none.
        auth_flows: The client's ExplicitAuthFlows.  ALLOW_REFRESH_TOKEN_AUTH is of no effect where
            refresh tokens are rotated; at Amazon's both at once cannot be set.
        auth_session_validity: How long a challenge may stay unanswered; 3 to 15 minutes.
        srp_answer_window: How long PASSWORD_VERIFIER may stay unanswered, and how far its TIMESTAMP
            may be from the pool's time; "a few seconds" at Amazon's.
        mfa: MfaConfiguration.
        first_factors: What users may sign in with by USER_AUTH, beside passwords: Amazon's
            AllowedFirstAuthFactors.
        relying_party_id: Of passkeys: the name of the site whose pages use them; the host of
            *domain* by default.  See: Web Authentication, "RP ID".
        prevent_user_existence_errors: ``LEGACY`` tells unknown users from wrong passwords.
        case_sensitive: False writes every user name in lower case, those of federated users
            included, and finds it in any.
        identity_providers: Social providers that users may sign in with.
        self_sign_up: Whether users may sign up themselves.
        post_authentication_in_managed_login: Whether the trigger fires for password sign-ins
            there.  Amazon's documents leave this open.
        publishes_secret: Whether DescribeUserPoolClient names the copy of the secret in Secrets
            Manager.
        custom_attributes: Beside the standard ones.
        sign_in_names: What users sign in with: the ``username`` (the default); the ``email``
            address under which they are created, while the pool makes up the user name; or either
            (``alias``), the address once it is verified.
        auto_verified: Attributes that Cognito verifies by itself: an import takes no user without
            one of them verified.
        import_hash_column: Column of password hashes in import files; None (the default) where the
            pool takes none.  How Amazon names it is not documented.
        write_attributes: Those that users may write at sign-up and with an access token: the
            client's WriteAttributes; by default every one.  ``email_verified`` and
            ``phone_number_verified`` are never among them.
        machine_clients: App clients of programs; none by default.
        access_token_lifetime: 5 minutes to 1 day.
        id_token_lifetime: 5 minutes to 1 day.
        refresh_token_lifetime: From sign-in; 60 minutes to 10 years.  Use does not prolong it.
        refresh_token_rotation: Whether each refresh yields another refresh token.
        retry_grace_period: How long a refresh token stays valid after its first use,
            where tokens are rotated; 0 to 60 seconds.
        code_lifetime: Of an authorization code.
        session_lifetime: Of the managed-login cookie; use does not prolong it.
        page_lifetime: How long a sign-in page may stay open.
    """

    region: str
    pool_id: str
    issuer: str
    domain: str
    client_id: str = attrs.field(validator=client_word)
    client_secrets: tuple[str, ...] = attrs.field(repr=False, validator=at_most_two_secrets)
    callback_urls: tuple[str, ...] = attrs.field(validator=callback_urls)
    logout_urls: tuple[str, ...] = attrs.field(default=(), validator=logout_urls)
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    auth_flows: frozenset[AuthFlow] = frozenset(get_args(AuthFlow))
    auth_session_validity: timedelta = attrs.field(
        default=SHORTEST_AUTH_SESSION, validator=_auth_session
    )
    srp_answer_window: timedelta = timedelta(seconds=5)
    mfa: Literal["OFF", "OPTIONAL", "ON"] = "OPTIONAL"
    first_factors: frozenset[FirstFactor] = frozenset(get_args(FirstFactor))
    relying_party_id: str = attrs.field(
        default=attrs.Factory(lambda self: host_of(self.domain), takes_self=True)
    )
    prevent_user_existence_errors: Literal["ENABLED", "LEGACY"] = "ENABLED"
    case_sensitive: bool = True
    identity_providers: tuple[Provider, ...] = ("Google", "Facebook", "SignInWithApple")
    self_sign_up: bool = True
    post_authentication_in_managed_login: bool = True
    publishes_secret: bool = True
    custom_attributes: tuple[SchemaAttribute, ...] = attrs.field(
        default=(SchemaAttribute(LEGACY_UID), SchemaAttribute(LEGACY_LINKED)),
        validator=_custom_attributes,
    )
    sign_in_names: SignInName = "username"
    auto_verified: frozenset[Verifiable] = frozenset(("email",))
    import_hash_column: str | None = None
    machine_clients: tuple[MachineClient, ...] = ()
    write_attributes: frozenset[str] | None = None
    access_token_lifetime: timedelta = attrs.field(
        default=timedelta(hours=1), validator=_token_lifetime
    )
    id_token_lifetime: timedelta = attrs.field(
        default=timedelta(hours=1), validator=_token_lifetime
    )
    refresh_token_lifetime: timedelta = attrs.field(
        default=timedelta(days=30), validator=_refresh_lifetime
    )
    refresh_token_rotation: bool = False
    retry_grace_period: timedelta = attrs.field(default=timedelta(0), validator=_grace)
    code_lifetime: timedelta = timedelta(minutes=5)
    session_lifetime: timedelta = timedelta(hours=1)
    page_lifetime: timedelta = timedelta(minutes=5)

    @property
    def pool_name(self) -> str:
        """The second part of the pool id, which SRP hashes."""
        return self.pool_id.partition("_")[2]

    @property
    def is_public(self) -> bool:
        """Whether the client has no secret, as one of a mobile application."""
        return not self.client_secrets

    @property
    def issuers(self) -> Mapping[IssuerType, str]:
        """The issuer of each type: as at Amazon's, the same pool id after another beginning."""
        beginning = self.issuer.removesuffix(f"/{self.pool_id}")
        return {"ORIGINAL": self.issuer, "UPDATED": f"{beginning}/updated/{self.pool_id}"}

    @property
    def enabled_flows(self) -> frozenset[AuthFlow]:
        """The flows that can be used: no REFRESH_TOKEN_AUTH where refresh tokens are rotated."""
        if not self.refresh_token_rotation:
            return self.auth_flows
        return self.auth_flows - {"ALLOW_REFRESH_TOKEN_AUTH"}

    @property
    def client_writable(self) -> frozenset[str]:
        """Names of the attributes that users may write."""
        chosen = {*self.schema} if self.write_attributes is None else self.write_attributes
        return frozenset(chosen - VERIFIED_ATTRIBUTES)

    @property
    def schema(self) -> Mapping[str, SchemaAttribute]:
        """Every attribute but ``sub``, by name."""
        standard = (SchemaAttribute(name) for name in STANDARD_ATTRIBUTES)
        return {attribute.name: attribute for attribute in (*standard, *self.custom_attributes)}
