"""
External users who turn out to be native users of the same pool.

Cognito can let somebody who comes through Google be the user who signed up here, if it is told so
before the external user exists.  It gives full access, so the address must be verified on both
sides, by a provider that the team trusts with it.

See: Amazon Cognito "AdminLinkProviderForUser"; Sudhodanan and Paverd, "Pre-hijacked accounts",
USENIX Security 2022.
"""

import logging
import re
from collections.abc import Callable, Iterable
from typing import Final

from authcore.domain.errors import RejectedError, UnavailableError
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.emails import canonical_email
from authcore.ports.audit import AuditEvent, AuditLog
from authcore.ports.user_directory import ProviderLinks
from authcore_lambda.events import Event
from authcore_lambda.function import log_fault
from authcore_lambda.members import attributes, is_true, text
from authcore_lambda.people import pool_id_in
from authcore_lambda.time_left import TimeLeft


ACTION: Final = "native.link"

_EXTERNAL_NAME: Final = re.compile(r"(?P<provider>[^_]{1,32})_(?P<user_id>[0-9]{1,64})")

_UNTOLD: Final = (
    "AUTHCORE_LINKING_EMAIL_PROVIDERS is wrong: with AUTHCORE_PRE_SIGN_UP_LINK_NATIVE=on no "
    "provider may have a _ in its name, because user names do not tell where it ends"
)

_log: Final = logging.getLogger("authcore.pre_sign_up")


class NativeLinks:
    """Links a new external user to the one native user with the same verified address."""

    def __init__(
        self,
        *,
        links: Callable[[str, TimeLeft], ProviderLinks],
        providers: frozenset[str],
        audit: AuditLog,
    ) -> None:
        """
        Link through *links*.

        Args:
            links: Given a pool's id and the time there is, its users' external identities.

            providers: Whose word on an address is trusted, as the pool calls them.

            audit: Learns of every link, and of every one that was not made though the address fits.
        """
        self._links = links
        self._providers = providers
        self._audit = audit

    def link(self, event: Event, time: TimeLeft) -> None:
        """Link the newcomer of *event*, if that is safe.  Never raises: nobody is kept out."""
        try:
            self._link(event, time)
        except RejectedError as error:
            self._audit.record(AuditEvent(ACTION, "rejected", error.code))
        except UnavailableError as error:
            self._audit.record(AuditEvent(ACTION, "unavailable", error.code))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not keep anybody out
            log_fault(_log, error)

    def _link(self, event: Event, time: TimeLeft) -> None:
        identity = newcomer(text(event, "userName"), self._providers)
        email = _verified_email(attributes(event))
        if identity is None or email is None:
            return
        links = self._links(pool_id_in(event), time)
        candidates = links.native_users_with(email)
        if not candidates:
            return
        if len(candidates) > 1 or not _owns(candidates[0], email):
            self._audit.record(AuditEvent(ACTION, "rejected", "link_unverified"))
            return
        links.link_provider(candidates[0].username, identity)
        self._audit.record(AuditEvent(ACTION, "accepted", "ok", subject=candidates[0].subject))


def untellable(providers: Iterable[str]) -> str | None:
    """Which of *providers* no user name names for certain; None where all are told."""
    untold = [name for name in providers if "_" in name]
    return f"{_UNTOLD}: {', '.join(untold)}" if untold else None


def newcomer(username: str | None, providers: frozenset[str]) -> ExternalIdentity | None:
    """
    Who the external user *username* is; None where the name does not say for certain.

    This trigger's events name provider and id in the user name only, in lower case in pools that
    ignore case.  So an id is taken only if it has no letters, as Google's and Facebook's: then
    nothing was lost.  And the name is taken only if it has one ``_``: of several, any may be the
    one between the two, as provider ``Okta_Corp`` and id ``123``, or ``Okta`` and ``Corp_123``.
    """
    parts = _EXTERNAL_NAME.fullmatch(username or "")
    if parts is None:
        return None
    meant = [name for name in providers if name.lower() == parts["provider"].lower()]
    return ExternalIdentity(meant[0], parts["user_id"]) if len(meant) == 1 else None


def _verified_email(held: object) -> str | None:
    email = text(held, "email")
    verified = isinstance(held, dict) and is_true(held.get("email_verified"))
    return canonical_email(email) if verified and email is not None else None


def _owns(user: DirectoryUser, email: str) -> bool:
    """Whether *user* proved to be reachable at *email* and may sign in."""
    return (
        user.enabled
        and user.status == "CONFIRMED"
        and user.attributes.get("email_verified") == "true"
        and canonical_email(user.attributes.get("email", "")) == email
    )
