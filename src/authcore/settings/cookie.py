"""``AUTHCORE_COOKIE_*``: the session cookies."""

from datetime import timedelta
from typing import ClassVar

import attrs

from authcore.domain.model.domains import (
    DOMAIN_SENTENCE,
    MAX_FORMER_DOMAINS,
    covers,
    former_domain_problem,
    is_domain,
)
from authcore.domain.model.urls import ServiceUrl, host_of
from authcore.settings.parsers import key_ring, one_of, satisfying, seconds, words
from authcore.settings.reader import Check, setting, variable_name
from authcore.settings.secret_references import SecretReference


def _lacks_keys(cookie_format: str, keys: object) -> str | None:
    if cookie_format == "plain" or keys:
        return None
    return "AUTHCORE_COOKIE_KEYS is missing: sealed cookies need a key ring"


def _former_domains(text: str) -> tuple[str, ...]:
    former = words(text)
    if problem := former_domain_problem(former):
        raise ValueError(problem)
    return former


def _names_domain(domain: str, former: tuple[str, ...]) -> str | None:
    problem = former_domain_problem(former, domain)
    return f"AUTHCORE_COOKIE_FORMER_DOMAINS is wrong: {problem}" if problem else None


def covering(url: str) -> Check:
    """
    The cookie domain covers the host of a URL.

    Args:
        url: Path of its setting, e.g. ``guard.app_url``.
    """
    name = variable_name(tuple(url.split(".")))

    def problem(domain: str, value: ServiceUrl) -> str | None:
        if covers(domain, host_of(value)):
            return None
        return f"AUTHCORE_COOKIE_DOMAIN is wrong: it does not cover the host of {name}"

    return Check(("cookie.domain", url), problem)


@attrs.frozen(kw_only=True, eq=False)
class CookieSettings:
    """The session cookies on the shared domain."""

    CHECKS: ClassVar = (
        Check(("format", "keys"), _lacks_keys),
        Check(("domain", "former_domains"), _names_domain),
    )

    domain: str = setting(
        satisfying(is_domain, DOMAIN_SENTENCE),
        "domain",
        "the domain that auth service and guarded apps share",
    )
    former_domains: tuple[str, ...] = setting(
        _former_domains,
        f"list of domains, at most {MAX_FORMER_DOMAINS}",
        "domains that the cookies had before, or host-only; their cookies are deleted, too",
        default=(),
    )
    keys: tuple[bytes, ...] | SecretReference[tuple[bytes, ...]] = setting(
        key_ring,
        "list of base64 keys",
        "AES-256 key ring, 1 to 8 keys: the first seals, all unseal; a guard of the plain format "
        "needs none",
        default=(),
        reread=True,
    )
    format: str = setting(
        one_of("sealed", "plain", "stored"),
        "sealed, plain or stored",
        "plain leaves JWTs readable for other languages, stored keeps them in a table",
        default="sealed",
    )
    lifetime: timedelta = setting(
        seconds(3600, 400 * 86400),
        "seconds, 3600-34560000",
        "how long browsers keep the session; at most the lifetime of the refresh token",
        default=timedelta(days=30),
    )
