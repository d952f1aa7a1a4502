"""What the settings of both logins say about a move."""

from collections.abc import Mapping
from datetime import timedelta

import attrs

from authcore.domain.model.readiness import OBSERVED, MoveSetup
from authcore.settings.cognito import CognitoSettings
from authcore.settings.doctor import DoctorSettings
from authcore.settings.legacy import LegacySessionsSettings
from authcore.settings.migration import MigrationSettings
from authcore.settings.move import MoveSettings
from authcore.settings.old_login import OldLoginSettings
from authcore.settings.ready import ReadySettings
from authcore.settings.secret_references import SecretReference
from authcore.settings.sync import FieldSettings
from authcore.settings.webhook import WebhookSettings


OBSERVE = "observe"


@attrs.frozen(kw_only=True)
class MoveSetupSettings:
    """The groups that ``authcore move ready`` needs; only those of Cognito are required."""

    cognito: CognitoSettings
    ready: ReadySettings
    move: MoveSettings
    doctor: DoctorSettings
    legacy_sessions: LegacySessionsSettings
    old_login: OldLoginSettings
    migration: MigrationSettings
    sync: FieldSettings
    webhook: WebhookSettings


def setup_of(settings: MoveSetupSettings, environment: Mapping[str, str]) -> MoveSetup:
    """
    Return what *settings* say.

    Args:
        settings: Read from *environment*.

        environment: Looked at for parts that only watch, each of which has settings of its own.
    """
    ready, callers = settings.ready, settings.old_login.caller_keys
    named = () if callers is None or isinstance(callers, SecretReference) else callers
    return MoveSetup(
        quiet_days=ready.quiet_days,
        census_age=timedelta(hours=ready.census_hours),
        left_behind=ready.left_behind,
        admits_old_sessions=settings.legacy_sessions.cookie is not None,
        has_one_password=callers is not None,
        callers=tuple(dict.fromkeys(each.name for each in named)),
        legacy_resets=settings.migration.resets == "legacy",
        legacy_fields=frozenset(settings.sync.fields),
        has_profile_messages=settings.webhook.keys is not None,
        dead_letters=ready.dead_letters,
        observing=tuple(name for name in OBSERVED if environment.get(name) == OBSERVE),
        phase=settings.doctor.phase,
    )
