"""
The table of ``AUTHCORE_*`` variables in docs/operating.md, made from the settings themselves.

``make tables`` writes it.
"""

from datetime import timedelta
from typing import Final

import attrs

from authcore.settings import describe_variables
from authcore.settings.audit import AuditSettings
from authcore.settings.cognito import CognitoSettings
from authcore.settings.connect import ConnectSettings
from authcore.settings.cookie import CookieSettings
from authcore.settings.doctor import DoctorSettings
from authcore.settings.federation import FederationSettings
from authcore.settings.guard import GuardSettings
from authcore.settings.legacy import LegacySessionsSettings, LegacySettings
from authcore.settings.link_proof import LinkProofSettings
from authcore.settings.linking import LinkingSettings
from authcore.settings.log import TokenLogSettings
from authcore.settings.metrics import MetricsSettings
from authcore.settings.migration import MigrationSettings
from authcore.settings.move import MoveSettings
from authcore.settings.old_login import OldLoginSettings
from authcore.settings.pages import AuthPageSettings
from authcore.settings.password import PasswordSettings
from authcore.settings.pre_sign_up import NativeLinkSettings
from authcore.settings.price import PriceSettings
from authcore.settings.ready import ReadySettings
from authcore.settings.session import RefreshSettings, RevocationSettings
from authcore.settings.sign_in import SignInSettings, SignOutSettings
from authcore.settings.source import SourceSettings
from authcore.settings.store import StoreSettings
from authcore.settings.sync import SyncSettings
from authcore.settings.user import UserSettings
from authcore.settings.verify import VerifySettings, WebAccessSettings
from authcore.settings.webhook import WebhookSettings
from authcore_cli.entrypoints import DOORS
from authcore_lambda.authorizer import AnswerSettings
from documentation.generated import GeneratedPart


@attrs.frozen
class Everything:
    """All groups there are."""

    cognito: CognitoSettings
    sign_in: SignInSettings
    cookie: CookieSettings
    store: StoreSettings
    refresh: RefreshSettings
    revocations: RevocationSettings
    sign_out: SignOutSettings
    connect: ConnectSettings
    password: PasswordSettings
    verify: VerifySettings
    old_login: OldLoginSettings
    web: WebAccessSettings
    webhook: WebhookSettings
    federation: FederationSettings
    pages: AuthPageSettings
    guard: GuardSettings
    user: UserSettings
    authorizer: AnswerSettings
    legacy: LegacySettings
    legacy_sessions: LegacySessionsSettings
    migration: MigrationSettings
    linking: LinkingSettings
    sync: SyncSettings
    link_proof: LinkProofSettings
    pre_sign_up: NativeLinkSettings
    doctor: DoctorSettings
    move: MoveSettings
    ready: ReadySettings
    price: PriceSettings
    source: SourceSettings
    log: TokenLogSettings
    audit: AuditSettings
    metrics: MetricsSettings


def _shown(default: object) -> str:
    if default is attrs.NOTHING:
        return "**required**"
    if default in (None, (), {}):
        return "none"
    if isinstance(default, timedelta):
        return str(int(default.total_seconds()))
    if isinstance(default, tuple):
        return " ".join(map(str, default))
    if isinstance(default, dict):
        return " ".join(f"{key}={value}" for key, value in default.items())
    return str(default)


def table() -> str:
    """One row a variable."""
    doors = {door: _read_by(DOORS[door]().settings) for door in DOORS}
    lines = [
        "| variable | type and unit | default | what it is for | read by |",
        "|---|---|---|---|---|",
    ]
    for name, about, default in describe_variables(Everything):
        secret = " (secret)" if about.secret else ""
        readers = _listed([door for door, names in doors.items() if name in names])
        readers = readers or f"the command `authcore {_command(name)}`"
        cells = (f"`{name}`", f"{about.kind}{secret}", _shown(default), about.purpose, readers)
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _command(variable: str) -> str:
    """Name the command that reads a *variable* of no door."""
    if variable.startswith("AUTHCORE_READY_"):
        return "move ready"
    return "doctor" if variable.startswith("AUTHCORE_DOCTOR_") else "move"


def _read_by(settings: type[attrs.AttrsInstance]) -> frozenset[str]:
    return frozenset(name for name, _, _ in describe_variables(settings))


def _listed(doors: list[str]) -> str:
    """Name the doors as ``authcore config check --door`` does; short where most of them read it."""
    if len(doors) == len(DOORS):
        return "all"
    left_out = [door for door in DOORS if door not in doors]
    if len(left_out) < len(doors) // 2:
        return f"all but {', '.join(left_out)}"
    return ", ".join(doors)


PART: Final = GeneratedPart("operating.md", "variables", table)


if __name__ == "__main__":
    PART.write()
