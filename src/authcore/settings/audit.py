"""``AUTHCORE_AUDIT_*``: how audit lines look."""

from typing import Final

import attrs

from authcore.settings.parsers import one_of
from authcore.settings.reader import setting


FORMATS: Final = ("authcore", "ocsf")


@attrs.frozen(kw_only=True, eq=False)
class AuditSettings:
    """The audit log of a process that is authcore's own; guarded applications have their own."""

    format: str = setting(
        one_of(*FORMATS),
        f"one of {', '.join(FORMATS)}",
        "form of audit lines: authcore's own members, or events of the Open Cybersecurity Schema "
        "Framework",
        default="authcore",
    )
