"""
The pre sign-up trigger: ``authcore_lambda.pre_sign_up.handler``.

Refuses a sign-up under a name or address that is in the legacy system only: migration runs only for
users whom the pool does not know, so the sign-up would shut the owner of the name out.  Refuses the
names of locked accounts too, and every sign-up while the legacy system does not answer.  Users whom
the migration trigger creates pass, and so do external users; these are linked to the one native
user with the same address, if a trusted provider and the pool verified it.

Confirms no user and verifies no address: the ``auto…`` answers stay as Cognito sent them.

See: docs/adr/0010-trigger-functions.md; Amazon Cognito "Pre sign-up Lambda trigger", "Linking
federated users to an existing user profile".
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import ClassVar, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_accounts import HttpLegacyAccounts
from authcore.adapters.legacy.login_contract import MAX_ANSWER_BYTES
from authcore.domain.services.accounts.native_linking import NativeLinking
from authcore.domain.services.accounts.sign_up_policy import SignUp, SignUpPolicy
from authcore.ports.audit import AuditLog
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.settings import load
from authcore.settings.audit import AuditSettings
from authcore.settings.legacy import LegacySideSettings
from authcore.settings.linking import LinkingSettings
from authcore.settings.log import LogSettings
from authcore.settings.metrics import MetricsSettings
from authcore.settings.old_pool import ONE_OLD_SIDE, OldPoolSettings
from authcore.settings.pre_sign_up import (
    NativeLinkSettings,
    linkable_providers,
    unidentifiable_providers,
)
from authcore.wiring.legacy_key import legacy_key
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.deadlines.legacy_accounts import TimedLegacyAccounts
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.types import OUTAGE_TEXT, Event, LambdaContext
from authcore_lambda.events.user_attributes import EventUnreadableError, require_readable
from authcore_lambda.lazy_function import LazyFunction, log_fault
from authcore_lambda.pool_api import PoolApi, PoolApiSettings
from authcore_lambda.unnamed_providers import UnnamedProviders


REFUSED_TEXT: Final = "Please sign in instead: this name or address is in use already."

SIGN_UP: Final = "PreSignUp_SignUp"

EXTERNAL: Final = "PreSignUp_ExternalProvider"

COGNITO_CALLS: Final = 3
"""How many fit the budget: find the address, link, and look again after a refusal."""

NativeLinkingFor = Callable[[str | EventUnreadableError, Deadline], NativeLinking]
"""Makes the service for a pool id and the time that remains."""

OBSERVES: Final = (
    "AUTHCORE_PRE_SIGN_UP_MODE=observe: this trigger refuses NO sign-up and links no user; it only "
    "records"
)

_log: Final = logging.getLogger("authcore.pre_sign_up")


class SignUpRefusedError(Exception):
    """What Cognito shows to a user who cannot sign up.  REFUSED_TEXT or OUTAGE_TEXT."""


@attrs.frozen(kw_only=True)
class PreSignUpSettings:
    """What this trigger reads from ``AUTHCORE_*``."""

    CHECKS: ClassVar = ONE_OLD_SIDE

    cognito: PoolApiSettings
    legacy: LegacySideSettings
    old_pool: OldPoolSettings
    linking: LinkingSettings
    pre_sign_up: NativeLinkSettings
    log: LogSettings
    audit: AuditSettings
    metrics: MetricsSettings


class PreSignUpTrigger:
    """Answers events from any number of threads; keeps nothing between events."""

    def __init__(
        self,
        *,
        policy: Callable[[Deadline], SignUpPolicy],
        native_linking: NativeLinkingFor | None,
        budget: timedelta,
        unnamed: UnnamedProviders | None = None,
        observes: bool = False,
    ) -> None:
        """
        Answer with *policy*.

        Args:
            policy: Makes the service that decides, for the time that remains.

            native_linking: Links external users; None where that is switched off.

            budget: Total time of one event, less than the five seconds that Cognito waits.

            unnamed: Warns about providers that no setting names; by default nothing does.

            observes: Whether *policy* only records, and every sign-up passes.  Default: no.
        """
        self._observes = observes
        self._policy = policy
        self._native_linking = native_linking
        self._budget = budget
        self._unnamed = unnamed

    def __call__(
        self, event: Event, context: LambdaContext | None, started: float | None = None
    ) -> Event:
        """
        Return *event* as it came, or refuse.

        Raises:
            SignUpRefusedError: REFUSED_TEXT, or OUTAGE_TEXT where there was no answer.
        """
        read = TriggerEvent.read(event)
        time = Deadline(self._budget, context, started)
        if read.source == SIGN_UP:
            self._require_allowed(read, time)
        elif read.source == EXTERNAL:
            self._welcome_external(read, time)
        return event

    def _welcome_external(self, event: TriggerEvent, time: Deadline) -> None:
        if self._unnamed is not None:
            self._unnamed.note_user(event.username)
        if self._native_linking is not None:
            _link_native(self._native_linking, event, time)

    def _require_allowed(self, event: TriggerEvent, time: Deadline) -> None:
        try:
            outcome = self._policy(time).decide(_sign_up(event))
        except Exception as error:  # noqa: BLE001 - a fault of ours, whose text users would see
            log_fault(_log, error)
            if self._observes:
                return
            raise SignUpRefusedError(OUTAGE_TEXT) from None
        if outcome != "accepted" and not self._observes:
            text = REFUSED_TEXT if outcome == "rejected" else OUTAGE_TEXT
            raise SignUpRefusedError(text) from None


def _sign_up(event: TriggerEvent) -> SignUp:
    return SignUp(
        username=event.username,
        email=event.user.email,
        preferred_username=event.user.preferred_username,
        claims_legacy_id=event.user.claims_legacy_id,
    )


def _link_native(linking: NativeLinkingFor, event: TriggerEvent, time: Deadline) -> None:
    verified_email = event.user.email if event.user.email_is_marked else None
    try:
        linking(event.pool_id, time).link(event.username, verified_email)
    except Exception as error:  # noqa: BLE001 - a fault of ours must not keep a user out
        log_fault(_log, error)


def build_handler(
    variables: Mapping[str, str],
    *,
    audit: AuditLog | None = None,
    http: HttpClient | None = None,
) -> PreSignUpTrigger:
    """
    Build the trigger that *variables* configure.

    Arguments: see ``account_linking.build_handler``.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(PreSignUpSettings, variables)
    budget = settings.linking.budget
    audit = audit or LoggingAuditLog()
    accounts = _accounts(settings, http)
    observes = settings.pre_sign_up.mode == "observe"
    audit = _shadow_audit(audit) if observes else audit
    if settings.old_pool.user_pool_id is not None:
        audit = _name_old_pool(audit, settings)
    native_linking = _native_linking(settings, audit)
    return PreSignUpTrigger(
        policy=lambda time: SignUpPolicy(accounts=accounts(time), audit=audit),
        native_linking=_predict(native_linking) if observes and native_linking else native_linking,
        budget=budget,
        unnamed=UnnamedProviders(settings.linking),
        observes=observes,
    )


def _accounts(
    settings: PreSignUpSettings, http: HttpClient | None
) -> Callable[[Deadline], LegacyAccounts]:
    legacy, budget = settings.legacy.over_http(), settings.linking.budget
    if legacy is None:
        from authcore_lambda.old_pool import accounts_in

        return accounts_in(settings.old_pool, within=budget, signs_in=False)
    accounts = HttpLegacyAccounts(
        http=http or HttpClient(within=budget, max_bytes=MAX_ANSWER_BYTES, partner="legacy"),
        base_url=legacy.url,
        api_key=legacy_key(legacy),
    )
    return lambda time: TimedLegacyAccounts(accounts.with_deadline, time)


def _name_old_pool(audit: AuditLog, settings: PreSignUpSettings) -> AuditLog:
    from authcore_lambda.old_pool import name_old_pool

    return name_old_pool(audit, settings.old_pool)


def _shadow_audit(audit: AuditLog) -> AuditLog:
    from authcore.domain.services.accounts.shadow_audit import ShadowAudit

    _log.warning(OBSERVES)
    return ShadowAudit(audit)


def _predict(linking: NativeLinkingFor) -> NativeLinkingFor:
    from authcore.domain.services.accounts.prediction import predict_native_linking

    return lambda pool_id, time: predict_native_linking(linking(pool_id, time))


def _native_linking(settings: PreSignUpSettings, audit: AuditLog) -> NativeLinkingFor | None:
    """Build the service; None where it links no user, without a client of Cognito's."""
    linking = settings.linking
    if settings.pre_sign_up.link_native == "off":
        return None
    if unclear := unidentifiable_providers(linking.email_providers):
        _log.warning(
            "users of %s are not linked to native users at sign-up: no user name shows where the "
            "name of such a provider ends",
            ", ".join(unclear),
        )
    providers = frozenset(linkable_providers(linking.email_providers, linking.issuers))
    if not providers:
        return None
    pool = PoolApi(settings.cognito, within=linking.budget / COGNITO_CALLS)
    return lambda pool_id, time: NativeLinking(
        links=lambda: pool.provider_links(require_readable(pool_id), time),
        providers=providers,
        audit=audit,
    )


def _refuse_without_settings(event: Event, _: object) -> Event:
    if TriggerEvent.read(event).source == SIGN_UP:
        raise SignUpRefusedError(OUTAGE_TEXT)
    return event


handler: Final = LazyFunction(
    "pre-sign-up", build_handler, without_settings=_refuse_without_settings
)
"""
AWS Lambda's entry point.

Raises SignUpRefusedError: see PreSignUpTrigger; for every sign-up while the settings cannot work.
"""
