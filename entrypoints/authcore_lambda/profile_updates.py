"""Tells the legacy system what users changed in the pool, for the linking and token triggers."""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Final

from authcore.domain.model.linking import LinkPolicy
from authcore.domain.model.profile_updates import fields_of_pool
from authcore.domain.services.accounts.profile_updates import ProfileUpdates
from authcore.ports.audit import AuditLog
from authcore.settings.legacy import LegacySettings
from authcore.settings.linking import LinkingSettings
from authcore.settings.sync import FieldSettings
from authcore.wiring.legacy_key import legacy_key
from authcore_lambda.deadlines.deadline import NO_TIME, Deadline
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.user_attributes import require_readable
from authcore_lambda.lazy_function import log_fault


if TYPE_CHECKING:
    from authcore.adapters.http import HttpClient
    from authcore.adapters.legacy.http_profiles import HttpLegacyProfileWriter

UPDATE_LIMIT: Final = timedelta(seconds=1)
"""Of the one call; the user waits for it, and the next sign-in repeats what it could not do."""

TellLegacy = Callable[[TriggerEvent, str, Deadline], None]
"""Given an event, the id of a proven account, and the time that remains.  Never raises."""

_log: Final = logging.getLogger("authcore.profile_updates")


def tell_legacy(
    fields: FieldSettings,
    legacy: LegacySettings | None,
    linking: LinkingSettings,
    *,
    audit: AuditLog,
    http: "HttpClient | None",
) -> TellLegacy | None:
    """
    Build what tells the legacy system; None where it owns every field: then nothing is loaded.

    Args:
        fields: Those of the legacy system; the pool owns the others.

        legacy: The legacy HTTP API; None where users come from another pool.

        linking: Names the providers whose verified addresses are believed.

        audit: Records what was written, refused, or got no answer.

        http: For callers that want to close it.

    Raises:
        ConfigurationError: The key of the API cannot be read.
    """
    owned = fields_of_pool(fields.fields)
    if not owned or legacy is None:
        return None
    key = legacy_key(legacy)
    policy = LinkPolicy(email_providers=frozenset(linking.email_providers))

    @cache
    def load_writer() -> "HttpLegacyProfileWriter":
        return _writer(legacy, key, http)

    def tell(event: TriggerEvent, legacy_uid: str, time: Deadline) -> None:
        within = min(UPDATE_LIMIT, time.remaining(NO_TIME))
        try:
            ProfileUpdates(
                writer=load_writer().with_deadline(within), owned=owned, policy=policy, audit=audit
            ).tell(require_readable(event.account), legacy_uid, event.user.providers)
        except Exception as error:  # noqa: BLE001 - no fault of ours may keep a user out
            log_fault(_log, error)

    return tell


def _writer(
    legacy: LegacySettings, key: Callable[[], str], http: "HttpClient | None"
) -> "HttpLegacyProfileWriter":
    from authcore.adapters.http import HttpClient
    from authcore.adapters.legacy.http_profiles import HttpLegacyProfileWriter
    from authcore.adapters.legacy.update_contract import MAX_UPDATE_ANSWER_BYTES

    client = http or HttpClient(
        within=UPDATE_LIMIT, max_bytes=MAX_UPDATE_ANSWER_BYTES, partner="legacy"
    )
    return HttpLegacyProfileWriter(http=client, base_url=legacy.url, api_key=key)
