"""What the triggers read that link accounts."""

from collections.abc import Mapping
from datetime import timedelta

import attrs

from authcore.domain.model.linking import FailurePolicy
from authcore.settings.parsers import matching, one_of, pairs, seconds, words
from authcore.settings.reader import setting


_BLOCKS = {"allow": False, "block": True}


def failure_policy(text: str) -> FailurePolicy:
    """``allow`` or ``block``, and after it the providers for which it is otherwise."""
    first, *others = words(text)
    listed = pairs(" ".join(others)) if others else {}
    if first not in _BLOCKS or not {*listed.values()} <= {*_BLOCKS} or len(listed) < len(others):
        raise ValueError("must be allow or block, then pairs like Google=block, each provider once")
    by_provider = {name: _BLOCKS[word] for name, word in listed.items()}
    return FailurePolicy(blocks=_BLOCKS[first], by_provider=by_provider)


def issuers(text: str) -> Mapping[str, str]:
    """One issuer for each provider that is named."""
    listed = pairs(text)
    if len(listed) < len(words(text)):
        raise ValueError("must name each provider once")
    return listed


@attrs.frozen(kw_only=True, eq=False)
class LinkingSettings:
    """How pool users and legacy accounts become one person."""

    email_providers: tuple[str, ...] = setting(
        words,
        "list of provider names",
        "whose verified e-mail may link an existing account; Cognito stands for native users",
        default=(),
    )
    issuers: Mapping[str, str] = setting(
        issuers,
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

    def __attrs_post_init__(self) -> None:
        if self.creation in ("lease", "once") and self.table is None:
            raise ValueError(
                f"AUTHCORE_LINKING_TABLE is missing: AUTHCORE_LINKING_CREATION={self.creation}"
                " keeps leases and begun creates there"
            )
