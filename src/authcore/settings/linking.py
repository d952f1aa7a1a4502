"""What the triggers read that link accounts."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

import attrs

from authcore.domain.model.linking import FailurePolicy
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


def failure_policy(text: str) -> FailurePolicy:
    """``allow`` or ``block``, and after it the providers for which it is otherwise."""
    first, *others = words(text)
    listed = pairs(" ".join(others)) if others else {}
    if first not in _BLOCKS or not {*listed.values()} <= {*_BLOCKS}:
        raise ValueError("must be allow or block, then pairs like Google=block, each provider once")
    by_provider = {name: _BLOCKS[word] for name, word in listed.items()}
    return FailurePolicy(blocks=_BLOCKS[first], by_provider=by_provider)


@attrs.frozen(kw_only=True, eq=False)
class LinkingSettings:
    """How pool users and legacy accounts become one person."""

    CHECKS: ClassVar = (Check(("creation", "table"), _tableless),)

    email_providers: tuple[str, ...] = setting(
        words,
        "list of provider names",
        "whose verified e-mail may link an existing account; Cognito stands for native users",
        default=(),
    )
    issuers: Mapping[str, str] = setting(
        pairs,
        "provider=issuer pairs",
        "who must have issued the identities of a provider; all others of it are refused",
        default={},
    )
    creation: str = setting(
        one_of("unique", "idempotent", "lease", "once"),
        "unique, idempotent, lease or once",
        "what keeps the legacy system from creating an account twice",
        default="unique",
    )
    on_failure: FailurePolicy = setting(
        failure_policy,
        "allow or block, then provider=allow or provider=block pairs",
        "whether somebody whose link failed gets in and is linked next time",
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
