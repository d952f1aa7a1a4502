"""Every check, in the order of the report's documentation."""

from collections.abc import Mapping
from typing import Final

from authcore.domain.model.checks import Check
from authcore.domain.services.doctor import (
    checks_applications,
    checks_client,
    checks_hardening,
    checks_old_client,
    checks_old_pool,
    checks_pool,
    checks_providers,
    checks_sites,
    checks_stores,
    checks_tokens,
    checks_triggers,
)


SECTIONS: Final[Mapping[str, tuple[Check, ...]]] = {
    "The pool": checks_pool.CHECKS,
    "The app clients": (*checks_client.CHECKS, *checks_tokens.CHECKS),
    "The pool that users move from": (*checks_old_pool.CHECKS, *checks_old_client.CHECKS),
    "Domain and providers": checks_providers.CHECKS,
    "The triggers": checks_triggers.CHECKS,
    "Auth service, applications and proxies": (
        *checks_sites.CHECKS,
        *checks_applications.CHECKS,
    ),
    "Keys, tables and quotas": checks_stores.CHECKS,
    "The usual checks": checks_hardening.CHECKS,
}

CHECKS: Final = tuple(check for checks in SECTIONS.values() for check in checks)
