"""
The pre sign-up trigger: ``authcore_lambda.pre_sign_up.handler``.

Somebody who signs up under a name or address that still lives in the legacy system alone would shut
its owner out: migration runs only for users whom the pool does not know.  So such a sign-up is
refused, and so is one under that of a locked account, and every one that nobody can judge just now.
Users whom the migration trigger makes pass, and so do external ones; these can be linked to the one
native user with the same address, if both sides verified it.

It confirms nobody and verifies nothing: the ``auto…`` answers stay as Cognito sent them.

See: docs/adr/0010-trigger-doors.md; Amazon Cognito "Pre sign-up Lambda trigger", "Linking federated
users to an existing user profile".
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts
from authcore.adapters.legacy.login_contract import MAX_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.domain.errors import AmbiguousAccountError, RejectedError, UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.emails import canonical_email
from authcore.domain.services.accounts.native_linking import ACTION, _owns, newcomer
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.ports.user_directory import ProviderLinks
from authcore.settings import LegacySettings, LinkingSettings, load
from authcore.settings.pre_sign_up import (
    NativeLinkSettings,
    linkable_providers,
    unidentifiable_providers,
)
from authcore.settings.reader import Check
from authcore_lambda.deadlines.deadline import NO_TIME, Deadline
from authcore_lambda.events.trigger_event import (
    LEGACY_LINKED,
    LEGACY_UID,
    EventUnreadableError,
    attributes,
    is_true,
    pool_id_in,
    text,
)
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.lazy_function import LazyFunction, log_fault
from authcore_lambda.pool_api import PoolApi, PoolApiSettings


class NativeLinks:
    """Links a new external user to the one native user with the same verified address."""

    def __init__(
        self,
        *,
        links: Callable[[str, Deadline], ProviderLinks],
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

    def link(self, event: Event, time: Deadline) -> None:
        """Link the newcomer of *event*, if that is safe.  Never raises: nobody is kept out."""
        try:
            self._link(event, time)
        except RejectedError as error:
            self._audit.record(AuditEvent(ACTION, "rejected", error.code))
        except UnavailableError as error:
            self._audit.record(AuditEvent(ACTION, "unavailable", error.code))
        except Exception as error:  # noqa: BLE001 - a fault of ours must not keep anybody out
            log_fault(_log, error)

    def _link(self, event: Event, time: Deadline) -> None:
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


def _verified_email(held: object) -> str | None:
    email = text(held, "email")
    verified = isinstance(held, dict) and is_true(held.get("email_verified"))
    return canonical_email(email) if verified and email is not None else None


REFUSED_TEXT: Final = "Please sign in instead: this name or address is in use already."


OUTAGE_TEXT: Final = "This service is not available right now. Please try again in a few minutes."


SIGN_UP: Final = "PreSignUp_SignUp"


EXTERNAL: Final = "PreSignUp_ExternalProvider"


COGNITO_CALLS: Final = 3
"""How many fit the budget: who has the address, link, and look again after a refusal."""


_log: Final = logging.getLogger("authcore.pre_sign_up")


class SignUpRefusedError(Exception):
    """What Cognito shows to somebody who cannot sign up.  One of the two texts above."""


def _untellable(link_native: str, trusted: Sequence[str], issuers: Mapping[str, str]) -> str | None:
    return (
        unidentifiable_providers(linkable_providers(trusted, issuers))
        if link_native == "on"
        else None
    )


@attrs.frozen(kw_only=True)
class PreSignUpSettings:
    """What this trigger reads from ``AUTHCORE_*``."""

    CHECKS: ClassVar = (
        Check(
            ("pre_sign_up.link_native", "linking.email_providers", "linking.issuers"), _untellable
        ),
    )

    cognito: PoolApiSettings
    legacy: LegacySettings
    linking: LinkingSettings
    pre_sign_up: NativeLinkSettings


class PreSignUpTrigger:
    """Answers one event at a time from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        accounts: Callable[[timedelta], LegacyAccounts],
        native_links: NativeLinks | None,
        audit: AuditLog,
        budget: timedelta,
    ) -> None:
        """
        Ask *accounts*.

        Args:
            accounts: Given the time left for asking, the legacy accounts to ask.

            native_links: Links external users; None where that is switched off.

            audit: Learns of every decision.

            budget: Total time of one event, less than the five seconds that Cognito waits.
        """
        self._accounts = accounts
        self._native_links = native_links
        self._audit = audit
        self._budget = budget

    def __call__(
        self, event: Event, context: LambdaContext | None, *, started: float | None = None
    ) -> Event:
        """
        Return *event* as it came, or refuse.

        Args:
            event: As Cognito sent it; missing and unknown members are tolerated.

            context: Lambda's, for the time that remains.

            started: When the work on this event began, by ``monotonic``; now, if left out.

        Raises:
            SignUpRefusedError: REFUSED_TEXT, or OUTAGE_TEXT where nobody can say.
        """
        source = text(event, "triggerSource")
        time = Deadline(self._budget, context, started)
        if source == SIGN_UP:
            self._require_nobody(event, time)
        elif source == EXTERNAL and self._native_links is not None:
            self._native_links.link(event, time)
        return event

    def _require_nobody(self, event: Event, time: Deadline) -> None:
        if not attributes(event).keys().isdisjoint((LEGACY_UID, LEGACY_LINKED)):
            self._audit.record(AuditEvent("sign_up", "rejected", "claims_legacy_uid"))
            raise SignUpRefusedError(REFUSED_TEXT)
        try:
            taken = self._taken(event, time)
        except UnavailableError as error:
            self._audit.record(AuditEvent("sign_up", "unavailable", error.code))
            raise SignUpRefusedError(OUTAGE_TEXT) from None
        except Exception as error:  # noqa: BLE001 - a fault of ours, whose text people would see
            log_fault(_log, error)
            raise SignUpRefusedError(OUTAGE_TEXT) from None
        if taken is not None:
            self._audit.record(AuditEvent("sign_up", "rejected", taken))
            raise SignUpRefusedError(REFUSED_TEXT)
        self._audit.record(AuditEvent("sign_up", "accepted", "ok"))

    def _taken(self, event: Event, time: Deadline) -> str | None:
        """Why a name of the newcomer's is somebody's; None if none of them is.  One call each."""
        names = _names(event)
        if not names:
            raise EventUnreadableError("the event names nobody")
        reasons = (self._reason(name, time) for name in names)
        return next((reason for reason in reasons if reason is not None), None)

    def _reason(self, name: str, time: Deadline) -> str | None:
        try:
            account = self._accounts(time.remaining(NO_TIME)).find(name)
        except AmbiguousAccountError as error:
            return error.code
        if account is None:
            return None
        if account.locked:
            return "account_locked"
        return "lives_in_legacy" if account.cognito_id is None else None


def _names(event: Event) -> Collection[str]:
    """What the legacy system may know the newcomer by; it is asked regardless of letter case."""
    held = attributes(event)
    given = (text(held, "email"), text(held, "preferred_username"), text(event, "userName"))
    return {name.casefold(): name for name in given if name is not None}.values()


def build_handler(
    variables: Mapping[str, str],
    *,
    audit: AuditLog | None = None,
    http: HttpClient | None = None,
) -> PreSignUpTrigger:
    """
    The trigger as *variables* configure it.

    Args:
        variables: ``AUTHCORE_*`` by name.

        audit: Where decisions go; by default to the function's log.

        http: For callers that want to close it; by default one of the trigger's own.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(PreSignUpSettings, variables)
    budget = settings.linking.budget
    audit = audit or LoggingAuditLog(logging.getLogger("authcore.audit"))
    accounts = HttpLegacyAccounts(
        http=http or HttpClient(within=budget, max_bytes=MAX_ANSWER_BYTES),
        base_url=settings.legacy.url,
        api_key=settings.legacy.api_key,
    )
    return PreSignUpTrigger(
        accounts=accounts.with_deadline,
        native_links=_native_links(settings, audit),
        audit=audit,
        budget=budget,
    )


def _native_links(settings: PreSignUpSettings, audit: AuditLog) -> NativeLinks | None:
    """None where they are switched off: then no client of Cognito's is built either."""
    if settings.pre_sign_up.link_native == "off":
        return None
    linking = settings.linking
    providers = linkable_providers(linking.email_providers, linking.issuers)
    pool = PoolApi(settings.cognito, within=settings.linking.budget / COGNITO_CALLS)
    return NativeLinks(
        links=pool.provider_links,
        providers=frozenset(providers),
        audit=audit,
    )


_trigger: Final = LazyFunction(build_handler)


def handler(event: Event, context: LambdaContext | None) -> Event:
    """
    AWS Lambda's entry point.  Settings are read once, at the first event.

    Raises:
        SignUpRefusedError: See PreSignUpTrigger; also where the settings cannot work.
    """
    started = monotonic()
    trigger = _trigger.get()
    if trigger is not None:
        return trigger(event, context, started=started)
    if text(event, "triggerSource") == SIGN_UP:
        raise SignUpRefusedError(OUTAGE_TEXT)
    return event
