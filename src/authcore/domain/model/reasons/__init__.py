"""
Every reason code, with what it means to users and operators.

``make tables`` writes docs/reasons.md from these tables.  A new code needs one row; a test finds
the codes that have none, and rows whose code is gone.
"""

from collections.abc import Mapping
from typing import Final

from authcore.domain.model.reasons.account_reasons import LINKING, MIGRATION
from authcore.domain.model.reasons.connect_reasons import CONNECTING
from authcore.domain.model.reasons.execution_reasons import EXECUTION
from authcore.domain.model.reasons.outage_reasons import OUTAGES
from authcore.domain.model.reasons.password_reasons import PASSWORD
from authcore.domain.model.reasons.reason import Reason
from authcore.domain.model.reasons.session_reasons import SESSIONS, TOKENS
from authcore.domain.model.reasons.shadow_reasons import SHADOW
from authcore.domain.model.reasons.sign_in_reasons import REQUESTS, SIGN_IN
from authcore.domain.model.reasons.source_reasons import SOURCES


__all__ = ["REASONS", "SECTIONS", "Reason"]

SECTIONS: Final[Mapping[str, tuple[Reason, ...]]] = {
    "No answer, and what needs an operator": OUTAGES,
    "Sign-in": SIGN_IN,
    "Sign-in by password": PASSWORD,
    "Sessions": SESSIONS,
    "Tokens": TOKENS,
    "Guards that only observe": SHADOW,
    "Migration and sign-up": MIGRATION,
    "Account linking": LINKING,
    "Connecting": CONNECTING,
    "Rows of a source that are not moved": SOURCES,
    "Users of a run": EXECUTION,
    "Requests to the auth service": REQUESTS,
}
"""The rows by the headings of docs/reasons.md."""

REASONS: Final[Mapping[str, Reason]] = {
    reason.code: reason for section in SECTIONS.values() for reason in section
}
"""The rows by code."""
