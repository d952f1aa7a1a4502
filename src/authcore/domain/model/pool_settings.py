"""How a user pool is set up, as far as authcore depends on it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal

import attrs


Trigger = Literal[
    "user_migration",
    "pre_sign_up",
    "post_confirmation",
    "post_authentication",
    "pre_token_generation",
    "inbound_federation",
]
"""Triggers that authcore has a function for."""

REFRESH_FLOW: Final = "ALLOW_REFRESH_TOKEN_AUTH"

HANDLERS: Final[Mapping[str, str]] = {
    "user_migration": "authcore_lambda.user_migration.handler",
    "pre_sign_up": "authcore_lambda.pre_sign_up.handler",
    "post_confirmation": "authcore_lambda.account_linking.handler",
    "post_authentication": "authcore_lambda.account_linking.handler",
    "pre_token_generation": "authcore_lambda.pre_token_generation.handler",
    "inbound_federation": "authcore_lambda.inbound_federation.handler",
}
"""The handler of authcore's function for each trigger."""

LAMBDA_NAMES: Final[Mapping[str, str]] = {
    "user_migration": "UserMigration",
    "pre_sign_up": "PreSignUp",
    "post_confirmation": "PostConfirmation",
    "post_authentication": "PostAuthentication",
    "pre_token_generation": "PreTokenGeneration",
    "inbound_federation": "InboundFederation",
}
"""What ``LambdaConfig`` calls the triggers."""


AttributeKind = Literal["String", "Number", "DateTime", "Boolean"]
"""What values of an attribute are; ``String`` where Cognito names another kind."""


@attrs.frozen(kw_only=True)
class AttributeSettings:
    """
    One attribute of the pool's schema.

    Attributes:
        is_mutable: Whether it can change after the user was created.
        max_length: In characters.
        min_length: In characters; by default 0.
        is_required: Whether every new user must have it; by default not.
        kind: What its values are; ``String`` by default.
    """

    is_mutable: bool
    max_length: int
    min_length: int = 0
    is_required: bool = False
    kind: AttributeKind = "String"


@attrs.frozen(kw_only=True)
class PasswordRules:
    """
    The pool's password policy.

    Attributes:
        min_length: In characters.
        classes: Of ``lower``, ``upper``, ``digit`` and ``symbol``, those that are required.
        temporary_days: How long a temporary password is valid.
    """

    min_length: int
    classes: frozenset[str]
    temporary_days: int


@attrs.frozen(kw_only=True)
class PoolSettings:
    """
    A user pool.

    Attributes:
        arn: Of the pool.
        issuer_type: ``ORIGINAL`` or ``UPDATED``.
        is_case_sensitive: Whether user names that differ in letter case are different.
        sign_in_names: ``UsernameAttributes``.
        aliases: ``AliasAttributes``.
        attributes: The schema, by name; custom ones with ``custom:``.
        triggers: ARN of the function, by trigger of ``LambdaConfig``.
        has_open_sign_up: Whether users may sign up themselves.
        is_protected: Whether the pool must be unprotected before it can be deleted.
        mfa: ``OFF``, ``OPTIONAL`` or ``ON``.
        password_rules: The policy; None where the pool names none.
        threat_mode: ``OFF``, ``AUDIT`` or ``ENFORCED``.
        recovery: Ways to recover an account, the preferred one first.
        verified_first: Attributes whose change waits for a code.
        remembers_devices: Whether refresh tokens may belong to a device.
        auto_verified: Attributes that Cognito sends codes to by itself, of ``email`` and
            ``phone_number``; none by default.
    """

    arn: str
    issuer_type: str
    is_case_sensitive: bool
    sign_in_names: frozenset[str]
    aliases: frozenset[str]
    attributes: Mapping[str, AttributeSettings]
    triggers: Mapping[str, str]
    has_open_sign_up: bool
    is_protected: bool
    mfa: str
    password_rules: PasswordRules | None
    threat_mode: str
    recovery: tuple[str, ...]
    verified_first: frozenset[str]
    remembers_devices: bool
    auto_verified: frozenset[str] = frozenset()

    @property
    def kind(self) -> str:
        """What users sign in with: ``username``, ``email``, ``alias`` or ``phone_number``."""
        if self.sign_in_names:
            return "email" if "email" in self.sign_in_names else "phone_number"
        return "alias" if "email" in self.aliases else "username"


@attrs.frozen(kw_only=True)
class ClientSettings:
    """
    An app client.

    Attributes:
        client_id: Its id.
        secret: The newest one; None for a public client.
        secret_arn: Where Cognito publishes the secrets that it rotates itself; None where it does
            not, and where the reader cannot tell.
        tells_secret_arn: Whether the reader can tell; True by default.
        flows: ``ExplicitAuthFlows``.
        grants: ``AllowedOAuthFlows``; none where the client may not use OAuth.
        scopes: ``AllowedOAuthScopes``.
        callback_urls: As registered.
        logout_urls: As registered.
        providers: ``SupportedIdentityProviders``.
        readable: ``ReadAttributes``; None for the default.
        writable: ``WriteAttributes``; None for the default, which is every attribute.
        hides_users: Whether unknown users and wrong passwords look alike.
        revokes: Whether refresh tokens can be revoked.
        is_rotating: Whether each refresh yields another refresh token.
        grace: How long a used refresh token stays valid.
        access_lifetime: Of access tokens.
        refresh_lifetime: Of refresh tokens.
    """

    client_id: str
    secret: str | None = attrs.field(repr=False)
    secret_arn: str | None
    flows: frozenset[str]
    grants: frozenset[str]
    scopes: frozenset[str]
    callback_urls: tuple[str, ...]
    logout_urls: tuple[str, ...]
    providers: frozenset[str]
    readable: frozenset[str] | None
    writable: frozenset[str] | None
    hides_users: bool
    revokes: bool
    is_rotating: bool
    grace: timedelta
    access_lifetime: timedelta
    refresh_lifetime: timedelta
    tells_secret_arn: bool = True

    @property
    def serves_users(self) -> bool:
        """Whether users can sign in at it; a client of programs alone has no flow for them."""
        return self.grants != {"client_credentials"} or bool(self.flows - {REFRESH_FLOW})


@attrs.frozen(kw_only=True)
class DomainSettings:
    """
    A domain with the pool's sign-in pages.

    Attributes:
        pool_id: Of the pool that it belongs to.
        status: ``ACTIVE`` where it serves.
    """

    pool_id: str
    status: str


@attrs.frozen(kw_only=True)
class ProviderSettings:
    """
    An identity provider of the pool.

    Attributes:
        name: As the pool spells it.
        kind: ``Google``, ``Facebook``, ``SignInWithApple``, ``OIDC``, ...
        mapping: The provider's claim, by attribute of the pool.
        scopes: Which the pool requests.
    """

    name: str
    kind: str
    mapping: Mapping[str, str]
    scopes: frozenset[str]


@attrs.frozen(kw_only=True)
class ThreatSettings:
    """
    What the pool does about sign-ins that look like an attack.

    Attributes:
        blocks_compromised: Whether passwords that are known to be stolen are refused at sign-in.
        takeover_actions: What a low, a medium and a high risk leads to, e.g. ``BLOCK``; only those
            that are configured.
    """

    blocks_compromised: bool
    takeover_actions: Mapping[str, str]
