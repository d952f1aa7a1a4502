"""Names of identity providers, as users know them."""

import re
from typing import Final


_KNOWN: Final = {"SignInWithApple": "Apple", "LoginWithAmazon": "Amazon"}
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,31}")


def display_name(provider: str | None) -> str | None:
    """Name *provider*, as the pool calls it; None where its name is none for a page."""
    known = _KNOWN.get(provider or "", provider or "")
    return known if _NAME.fullmatch(known) else None
