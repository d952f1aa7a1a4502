"""Reasons that a guard records while it only observes; beside them those of decisions."""

from typing import Final

from authcore.domain.model.reasons.reason import ACCEPTED, UNAVAILABLE, Reason


_UNCHANGED: Final = "Nothing: the request passes unchanged."

SHADOW: Final[tuple[Reason, ...]] = (
    Reason(
        "would_refresh",
        ACCEPTED,
        ("guard_shadow",),
        _UNCHANGED,
        "Nothing: the session would be refreshed, and the request let in where the provider "
        "accepts its refresh token.",
    ),
    Reason(
        "public_path",
        ACCEPTED,
        ("guard_shadow",),
        _UNCHANGED,
        "Nothing: the path is one of `AUTHCORE_GUARD_PUBLIC_PATHS`.",
    ),
    Reason(
        "preflight",
        ACCEPTED,
        ("guard_shadow",),
        _UNCHANGED,
        "Nothing: the guard would answer the preflight in place of the application.",
    ),
    Reason(
        "not_decided",
        UNAVAILABLE,
        ("guard_shadow.missed",),
        _UNCHANGED,
        "Requests that need another system came faster than it answers: the report lacks them. An "
        "enforcing guard would make them wait.",
    ),
)
