"""``AUTHCORE_PRE_SIGN_UP_*``: the pre sign-up trigger."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from authcore.settings.parsers import one_of
from authcore.settings.reader import setting


@attrs.frozen(kw_only=True)
class NativeLinkSettings:
    """Whether the trigger links external users to native ones."""

    link_native: str = setting(
        one_of("on", "off"),
        "on or off",
        "link new external users to the one native user with the same verified address",
        default="off",
    )


def linkable_providers(trusted: Sequence[str], issuers: Mapping[str, str]) -> Sequence[str]:
    """
    Those that link natives: the trusted ones, but for those whose issuer is looked at, because this
    trigger's events do not tell it.
    """
    return [name for name in trusted if name not in issuers]


_UNTOLD: Final = (
    "AUTHCORE_LINKING_EMAIL_PROVIDERS is wrong: with AUTHCORE_PRE_SIGN_UP_LINK_NATIVE=on no "
    "provider may have a _ in its name, because user names do not tell where it ends"
)


def untellable(providers: Iterable[str]) -> str | None:
    """Which of *providers* no user name names for certain; None where all are told."""
    untold = [name for name in providers if "_" in name]
    return f"{_UNTOLD}: {', '.join(untold)}" if untold else None
