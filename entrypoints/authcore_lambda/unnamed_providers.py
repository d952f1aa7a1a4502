"""Warns about identity providers that no linking setting names; a name may be misspelled there."""

import logging
import re
import threading
from typing import Final

from authcore.domain.model.linking import NATIVE
from authcore.domain.model.provider_names import fold_provider, includes_provider
from authcore.settings.linking import LinkingSettings


MAX_WARNINGS: Final = 32
"""Of one process."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_NOT_PLAIN: Final = "whose name is not plain"

_log: Final = logging.getLogger("authcore.linking_settings")


class UnnamedProviders:
    """
    Logs one warning per process and provider.  Safe to share between threads.

    Only while AUTHCORE_LINKING_ISSUERS restricts some provider: a misspelled name there leaves the
    provider that was meant without its rule.
    """

    def __init__(self, linking: LinkingSettings) -> None:
        """Take the names from *linking*."""
        named = (*linking.email_providers, *linking.issuers, *linking.on_failure.by_provider)
        self._names = tuple({fold_provider(name): name for name in named}.values())
        self._applies = bool(linking.issuers)
        self._warned: set[str] = set()
        self._lock = threading.Lock()

    def note(self, provider: str | None) -> None:
        """Warn if no setting names *provider*; None, unknown, and native users are ignored."""
        if not self._applies or provider in (None, NATIVE):
            return
        if not includes_provider(self._names, provider):
            self._warn(provider if _PLAIN.fullmatch(provider) else _NOT_PLAIN)

    def note_user(self, username: str | None) -> None:
        """
        Warn if no setting names the provider of the external user *username*.

        The name begins with the provider's and ``_``.  With several ``_`` it does not tell where
        the provider's ends.
        """
        if not self._applies or username is None:
            return
        folded = fold_provider(username)
        if any(folded.startswith(f"{fold_provider(name)}_") for name in self._names):
            return
        provider, _, user_id = username.partition("_")
        self.note(provider if "_" not in user_id else _NOT_PLAIN)

    def _warn(self, provider: str) -> None:
        with self._lock:
            if provider in self._warned or len(self._warned) >= MAX_WARNINGS:
                return
            self._warned.add(provider)
        _log.warning(
            "a user came from the identity provider %s, which no AUTHCORE_LINKING_* setting names, "
            "although AUTHCORE_LINKING_ISSUERS restricts some; named there: %s",
            provider,
            ", ".join(self._names),
        )
