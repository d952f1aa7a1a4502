"""``AUTHCORE_LINKING_*``: the triggers that link accounts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final

import attrs

from authcore.domain.model.linking import FailurePolicy
from authcore.domain.model.provider_names import are_distinct_providers
from authcore.settings.parsers import matching, one_of, pairs, seconds, words
from authcore.settings.reader import Check, setting


def _tableless(creation: str, table: str | None) -> str | None:
    if table is not None or creation not in ("lease", "once"):
        return None
    return (
        f"AUTHCORE_LINKING_TABLE is missing: AUTHCORE_LINKING_CREATION={creation} keeps leases "
        "and begun creates there"
    )


_BLOCKS = {"allow": False, "block": True}
_TWICE: Final = "must name each provider once; letter case does not make another one"


def provider_names(text: str) -> tuple[str, ...]:
    """Parse names of providers, each once, letter case aside."""
    names = words(text)
    if not are_distinct_providers(names):
        raise ValueError(_TWICE)
    return names


def provider_pairs(text: str) -> Mapping[str, str]:
    """Parse ``provider=value`` pairs, each provider once, letter case aside."""
    named = pairs(text)
    if not are_distinct_providers([*named]):
        raise ValueError(_TWICE)
    return named


def failure_policy(text: str) -> FailurePolicy:
    """Parse ``allow`` or ``block``, followed by the providers that differ from it."""
    first, *others = words(text)
    listed = provider_pairs(" ".join(others)) if others else {}
    if first not in _BLOCKS or not {*listed.values()} <= {*_BLOCKS}:
        raise ValueError("must be allow or block, then pairs like Google=block, each provider once")
    by_provider = {name: _BLOCKS[word] for name, word in listed.items()}
    return FailurePolicy(blocks=_BLOCKS[first], by_provider=by_provider)


@attrs.frozen(kw_only=True, eq=False)
class LinkingSettings:
    """How pool users are linked with legacy accounts."""

    CHECKS: ClassVar = (Check(("creation", "table"), _tableless),)

    mode: str = setting(
        one_of("link", "observe"),
        "link or observe",
        "observe: find the account, record what would be done, and write to neither system",
        default="link",
    )
    email_providers: tuple[str, ...] = setting(
        provider_names,
        "list of provider names",
        "providers whose verified e-mail may link an account; Cognito stands for native users",
        default=(),
    )
    issuers: Mapping[str, str] = setting(
        provider_pairs,
        "provider=issuer pairs",
        "the issuer that a provider's identities must have; others are refused",
        default={},
    )
    creation: str = setting(
        one_of("unique", "idempotent", "lease", "once"),
        "unique, idempotent, lease or once",
        "what prevents the legacy system from creating a second account",
        default="unique",
    )
    on_failure: FailurePolicy = setting(
        failure_policy,
        "allow or block, then provider=allow or provider=block pairs",
        "whether a user whose link failed may sign in, to be linked at the next sign-in",
        default=FailurePolicy(),
    )
    budget: timedelta = setting(
        seconds(1, 4), "seconds, 1-4", "total time of one trigger", default=timedelta(seconds=4)
    )
    table: str | None = setting(
        matching(r"[A-Za-z0-9_.-]{3,255}", "must be a DynamoDB table name"),
        "table name",
        "DynamoDB table for leases and begun creates; needed for lease and once",
        default=None,
    )
