"""``AUTHCORE_LOG_*``: how log lines look."""

from typing import Final

import attrs

from authcore.settings.parsers import one_of
from authcore.settings.reader import setting


FORMATS: Final = ("text", "json")
LEVELS: Final = ("INFO", "WARNING", "ERROR")


@attrs.frozen(kw_only=True, eq=False)
class LogSettings:
    """The log of a process that is authcore's own; a guarded application configures its own."""

    format: str | None = setting(
        one_of(*FORMATS),
        f"one of {', '.join(FORMATS)}",
        "form of log lines; default: text, for a function the format of its logging configuration",
        default=None,
    )
    level: str = setting(
        one_of(*LEVELS),
        f"one of {', '.join(LEVELS)}",
        "lowest level that is logged; above INFO the audit log holds no sign-ins and refusals",
        default="INFO",
    )


@attrs.frozen(kw_only=True, eq=False)
class TokenLogSettings(LogSettings):
    """The log of the function that makes tokens."""

    token_claim: str = setting(
        one_of("on", "off"),
        "on or off",
        "whether pre token generation names its request in the ID token of a sign-in, in the claim "
        "authcore_request (77 characters of the token)",
        default="on",
    )
