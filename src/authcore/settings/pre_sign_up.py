"""``AUTHCORE_PRE_SIGN_UP_*``: the pre sign-up trigger."""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from authcore.domain.model.linking import NATIVE
from authcore.domain.model.provider_names import includes_provider, is_same_provider
from authcore.settings.parsers import one_of
from authcore.settings.reader import setting


@attrs.frozen(kw_only=True)
class NativeLinkSettings:
    """Whether the trigger decides, and whether it links external users to native users."""

    mode: str = setting(
        one_of("decide", "observe"),
        "decide or observe",
        "observe: let every sign-up pass as without the trigger, and record what would be decided",
        default="decide",
    )
    link_native: str = setting(
        one_of("on", "off"),
        "on or off",
        "link new external users of AUTHCORE_LINKING_EMAIL_PROVIDERS to the one native user with "
        "the same verified address",
        default="on",
    )


def linkable_providers(trusted: Sequence[str], issuers: Mapping[str, str]) -> Sequence[str]:
    """
    List the trusted providers whose users can be linked to native users.

    A provider with a required issuer cannot: this trigger's events do not name the issuer.  Nor can
    one with a ``_`` in its name: see ``unidentifiable_providers``.
    """
    unclear = unidentifiable_providers(trusted)
    return [
        name
        for name in trusted
        if name not in unclear
        and not is_same_provider(name, NATIVE)
        and not includes_provider(issuers, name)
    ]


def unidentifiable_providers(providers: Iterable[str]) -> Sequence[str]:
    """List those of *providers* that a user name does not identify: it does not show their end."""
    return [name for name in providers if "_" in name]
