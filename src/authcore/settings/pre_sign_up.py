"""``AUTHCORE_PRE_SIGN_UP_*``: the pre sign-up trigger."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import attrs

from authcore.domain.model.provider_names import includes_provider
from authcore.settings.parsers import one_of
from authcore.settings.reader import setting


@attrs.frozen(kw_only=True)
class NativeLinkSettings:
    """Whether the trigger links external users to native users."""

    link_native: str = setting(
        one_of("on", "off"),
        "on or off",
        "link new external users to the one native user with the same verified address",
        default="off",
    )


def linkable_providers(trusted: Sequence[str], issuers: Mapping[str, str]) -> Sequence[str]:
    """
    List the trusted providers whose users can be linked to native users.

    A provider with a required issuer cannot: this trigger's events do not name the issuer.
    """
    return [name for name in trusted if not includes_provider(issuers, name)]


_UNIDENTIFIABLE: Final = (
    "AUTHCORE_LINKING_EMAIL_PROVIDERS is wrong: with AUTHCORE_PRE_SIGN_UP_LINK_NATIVE=on no "
    "provider may have a _ in its name, because user names do not tell where it ends"
)


def unidentifiable_providers(providers: Iterable[str]) -> str | None:
    """Say which of *providers* a user name does not identify; None where it identifies all."""
    unclear = [name for name in providers if "_" in name]
    return f"{_UNIDENTIFIABLE}: {', '.join(unclear)}" if unclear else None
