"""
Pool users follow legacy accounts, by messages in a queue: ``authcore_lambda.profile_sync.handler``.

Attach it to an SQS queue, standard or FIFO, with ``ReportBatchItemFailures``.  Each message names
an account that changed; see ``read_profile_message``.  A message comes again only after an outage.
A refused one, and one that is no message, is put aside: it is recorded with its reason, counted and
deleted from the queue, so that it holds up no other.

See: docs/profile-sync.md; docs/adr/0030-profile-sync.md.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.legacy.profile_message import read_profile_message
from authcore.domain.errors import ProfileMessageError, RejectedError, UnavailableError
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.pools import (
    REGION,
    REGION_SENTENCE,
    USER_POOL_ID_SENTENCE,
    is_user_pool_id,
)
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.domain.services.accounts.profile_sync import ProfileSync
from authcore.ports.audit import AuditLog
from authcore.ports.system import Pause
from authcore.settings import load
from authcore.settings.audit import AuditSettings
from authcore.settings.legacy import LegacySettings
from authcore.settings.log import LogSettings
from authcore.settings.metrics import MetricsSettings
from authcore.settings.parsers import matching, satisfying
from authcore.settings.reader import setting
from authcore.settings.store import StoreSettings
from authcore.settings.sync import SyncSettings
from authcore.wiring.legacy_key import legacy_key
from authcore.wiring.profile_sync import profile_sync
from authcore_lambda.deadlines.deadline import BoundedCaller, Deadline
from authcore_lambda.events.sqs_event import (
    BatchUnreadableError,
    SqsAnswer,
    SqsMessage,
    read_messages,
)
from authcore_lambda.events.types import Event, LambdaContext
from authcore_lambda.lazy_function import LazyFunction, log_fault


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient


LONGEST_BATCH: Final = timedelta(minutes=15)
"""The longest time that Lambda gives a function; what remains of a batch is read from its event."""

LEAST_TIME: Final = timedelta(seconds=2)
"""With less time left no further message is begun; it comes again."""

_log: Final = logging.getLogger("authcore.profile_sync")


@attrs.frozen(kw_only=True)
class SyncedPoolSettings:
    """Where the pool is: this function needs no app client, and a queue names no pool."""

    region: str = setting(matching(REGION, REGION_SENTENCE), "region", "AWS region of the pool")
    user_pool_id: str = setting(
        satisfying(is_user_pool_id, USER_POOL_ID_SENTENCE), "pool id", "id of the user pool"
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "URL of the pool's API, if it is not Amazon's", default=None
    )


@attrs.frozen(kw_only=True)
class ProfileSyncSettings:
    """What this function reads from ``AUTHCORE_*``."""

    cognito: SyncedPoolSettings
    legacy: LegacySettings
    store: StoreSettings
    sync: SyncSettings
    log: LogSettings
    audit: AuditSettings
    metrics: MetricsSettings


class ProfileSyncFunction:
    """Answers batches from any number of threads; keeps nothing between them."""

    def __init__(self, sync: ProfileSync, audit: AuditLog) -> None:
        """
        Answer with *sync*.

        Args:
            sync: Brings one user in step.

            audit: Records faults.
        """
        self._sync = sync
        self._audit = audit
        self._bounded_caller = BoundedCaller("the profile sync", UnavailableError)

    def __call__(
        self, event: Event, context: LambdaContext | None, started: float | None = None
    ) -> SqsAnswer:
        """
        Bring the users of *event* in step, and name the messages that have to come again.

        Raises:
            BatchUnreadableError: Not a batch of a queue; all of it comes again.
        """
        batch = _Batch(lambda uid: self._is_done(uid, Deadline(LONGEST_BATCH, context, started)))
        messages = read_messages(event)
        failed = [each for each in messages if not batch.settle(each, self._uid(each))]
        return {"batchItemFailures": [{"itemIdentifier": each.message_id} for each in failed]}

    def _uid(self, message: SqsMessage) -> str | None:
        """Return the account that *message* names; None, and put it aside, where it names none."""
        try:
            return read_profile_message(message.body)
        except ProfileMessageError as error:
            self._sync.park(error)
            return None

    def _is_done(self, uid: str, time: Deadline) -> bool:
        """Whether the user needs no further message: in step, or refused."""
        left = time.remaining(LEAST_TIME)
        if left <= timedelta(0):
            return False
        try:
            self._bounded_caller.call(lambda: self._sync.sync(uid), left)
        except RejectedError:
            return True
        except UnavailableError as error:
            _log.warning("no answer: %s", error)
            return False
        except Exception as error:  # noqa: BLE001 - a fault of ours: the message comes again
            log_fault(_log, error)
            self._audit.record(
                AuditEvent("profile_sync", "unavailable", "fault", detail=type(error).__name__)
            )
            return False
        return True


class _Batch:
    """
    Settles the messages of one batch in their order, each user once.

    All of them were sent before the first account is read, so one look at an account does for all
    messages about it.  Of a group nothing is settled after the first failure, or its order is lost.
    """

    def __init__(self, is_done: Callable[[str], bool]) -> None:
        self._is_done = is_done
        self._by_uid: dict[str, bool] = {}
        self._failed_groups: set[str] = set()

    def settle(self, message: SqsMessage, uid: str | None) -> bool:
        """Whether *message*, which names *uid*, need not come again."""
        if message.group in self._failed_groups:
            return False
        if uid is not None and uid not in self._by_uid:
            self._by_uid[uid] = self._is_done(uid)
        is_settled = uid is None or self._by_uid[uid]
        if not is_settled and message.group is not None:
            self._failed_groups.add(message.group)
        return is_settled


def build_handler(
    variables: Mapping[str, str],
    *,
    audit: AuditLog | None = None,
    http: "HttpClient | None" = None,
    pause: Pause | None = None,
) -> ProfileSyncFunction:
    """
    Build the function that *variables* configure.

    Arguments: see ``wiring.profile_sync`` and ``account_linking.build_handler``.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load(ProfileSyncSettings, variables)
    audit = audit or LoggingAuditLog()
    parts = profile_sync(
        settings.sync,
        cognito=settings.cognito,
        legacy_url=settings.legacy.url,
        legacy_key=legacy_key(settings.legacy),
        store=settings.store,
        audit=audit,
        http=http,
        pause=pause,
    )
    return ProfileSyncFunction(parts.sync, audit)


def _fail_without_settings(*_: object) -> SqsAnswer:
    raise BatchUnreadableError("the settings cannot work")


handler: Final = LazyFunction(
    "profile-sync", build_handler, without_settings=_fail_without_settings
)
"""
AWS Lambda's entry point.

Raises BatchUnreadableError: not a batch of a queue, or settings that cannot work; the queue keeps
all messages.
"""
