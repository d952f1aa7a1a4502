"""What the values of ``authcore doctor`` show: settings, and what an operator looks for."""

from collections.abc import Mapping
from typing import Final

from authcore.domain.model.checks import (
    Check,
    Finding,
    Report,
)
from authcore.domain.model.deployment import (
    Reading,
)
from authcore.domain.model.deployment_plan import (
    CookiePlan,
    GuardPlan,
    NamedSecret,
    OldPoolPlan,
    Plan,
    SignInPlan,
)
from authcore.domain.model.pool_settings import (
    ClientSettings,
    DomainSettings,
    PasswordRules,
    PoolSettings,
    ProviderSettings,
    ThreatSettings,
)
from authcore.domain.model.surroundings import (
    FunctionSettings,
    Permission,
    TableSettings,
)


SHOWN_BY_DOCTOR: Final[Mapping[type, frozenset[str]]] = {
    Check: frozenset({"anchor", "during_migration", "id", "mend", "question", "why"}),
    ClientSettings: frozenset(
        {
            "callback_urls",
            "client_id",
            "flows",
            "grants",
            "logout_urls",
            "providers",
            "readable",
            "scopes",
            "secret_arn",
            "writable",
        }
    ),
    CookiePlan: frozenset({"domain"}),
    DomainSettings: frozenset({"pool_id", "status"}),
    Finding: frozenset({"anchor", "evidence", "id", "mend"}),
    FunctionSettings: frozenset({"handler", "role", "state", "update", "variables"}),
    GuardPlan: frozenset({"app_url", "signin_url"}),
    NamedSecret: frozenset({"variable"}),
    OldPoolPlan: frozenset({"client_id", "mfa", "pool_id", "resets"}),
    PasswordRules: frozenset({"classes"}),
    Permission: frozenset({"source_accounts", "source_arns"}),
    Plan: frozenset(
        {
            "client_id",
            "email_providers",
            "functions",
            "further_client_ids",
            "issuers",
            "jwks_url",
            "migrated",
            "pool_id",
            "provider_issuers",
            "region",
            "tables",
        }
    ),
    PoolSettings: frozenset(
        {
            "auto_verified",
            "aliases",
            "arn",
            "issuer_type",
            "mfa",
            "recovery",
            "sign_in_names",
            "threat_mode",
            "triggers",
            "verified_first",
        }
    ),
    ProviderSettings: frozenset({"kind", "mapping", "name", "scopes"}),
    Reading: frozenset({"failure", "name"}),
    Report: frozenset({"not_asked", "passed", "skipped"}),
    SignInPlan: frozenset(
        {
            "callback_url",
            "default_redirect",
            "domain_url",
            "password_flow",
            "providers",
            "refresh_by",
            "scopes",
            "secret_arn",
            "sign_out_urls",
        }
    ),
    TableSettings: frozenset({"key_types", "keys", "status", "ttl_attribute"}),
    ThreatSettings: frozenset({"takeover_actions"}),
}
