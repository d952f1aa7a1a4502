"""``authcore config check``."""

import json
from collections.abc import Mapping
from datetime import timedelta
from difflib import get_close_matches
from typing import Annotated, Any, Final

import attrs
from cyclopts import Parameter
from rich.box import SIMPLE
from rich.table import Table
from rich.text import Text

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.pools import is_replica
from authcore.settings import PREFIX, Setting, describe_variables, known_variables, load
from authcore.settings.cognito import CognitoSettings
from authcore.settings.cookie import CookieSettings
from authcore.settings.doctor import DoctorSettings
from authcore.settings.guard import GuardSettings
from authcore.settings.move import MoveSettings
from authcore.settings.price import PriceSettings
from authcore.settings.ready import ReadySettings
from authcore.settings.source import OldPoolListSettings, SourceSettings
from authcore_cli.entrypoints import DOORS, Door, DoorName
from authcore_cli.legacy_checks import request as legacy_check
from authcore_cli.process import CommandContext, ExitStatus
from authcore_cli.terminal_text import printable


MAX_UNKNOWN_NAMES: Final = 50
"""How many unknown names are warned about."""


@attrs.frozen
class _Commands:
    """What no door reads, and other commands do."""

    doctor: DoctorSettings
    move: MoveSettings
    ready: ReadySettings
    price: PriceSettings
    source: SourceSettings
    old_pool: OldPoolListSettings


@attrs.frozen
class ConfigCommands:
    """Checks the settings of this environment."""

    context: CommandContext

    def check(
        self,
        *,
        door: DoorName = "web",
        as_json: Annotated[bool, Parameter(name="--json", negative="")] = False,
    ) -> ExitStatus:
        """
        Show every setting of a door, every problem at once, and names that no door reads.

        Builds what the door builds at start-up, and reads the secrets that are in files or in
        Secrets Manager.  Secrets and their places are masked.  Exit status: 0 the door would start,
        2 it would not.

        Args:
            door: The auth service, a guarded application, an authorizer, or one of the triggers.

            as_json: One object instead of a table: settings, warnings, problems, and whether the
                door starts.
        """
        environment = self.context.environment
        checked = DOORS[door]()
        if as_json:
            report = report_of(door, checked, environment)
            self.context.say(json.dumps(report))
            return ExitStatus.OK if report["starts"] else ExitStatus.USAGE
        self.context.answers.print(_table(checked, environment))
        for warning in unknown_names(environment):
            self.context.complain(f"warning: {warning}")
        loaded = load(checked.settings, environment)
        for doubt in doubts(loaded):
            self.context.complain(f"warning: {doubt}")
        checked.build(environment)
        self.context.say(f"the {door} door would start with these settings")
        return ExitStatus.OK


def report_of(door: DoorName, checked: Door, environment: Mapping[str, str]) -> dict[str, Any]:
    """Check *door* as ``config check`` does, for programs."""
    warnings = unknown_names(environment)
    problems: list[str] = []
    try:
        warnings += doubts(load(checked.settings, environment))
        checked.build(environment)
    except ConfigurationError as error:
        problems = list(error.problems)
    return {
        "door": door,
        "starts": not problems,
        "settings": [_member(*each, environment) for each in describe_variables(checked.settings)],
        "warnings": warnings,
        "problems": problems,
    }


def _member(
    name: str, about: Setting, default: object, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Describe one setting; a secret, and the place of one, has no value here."""
    given = next((each for each in about.names(name) if environment.get(each)), name)
    text = environment.get(given, "")
    state = _state(about, text, default)
    shown = text or (None if state == "missing" else _format_setting(default) or None)
    return {
        "variable": given,
        "state": state,
        "value": None if about.secret and text else shown,
        "purpose": about.purpose,
    }


def _state(about: Setting, text: str, default: object) -> str:
    if not text:
        return "missing" if default is attrs.NOTHING else "default"
    if about.secret:
        return "set"
    try:
        about.parse(text)
    except ValueError:
        return "wrong"
    return "set"


_REPLICA: Final = (
    "AUTHCORE_COGNITO_REGION is not the region of AUTHCORE_COGNITO_USER_POOL_ID: right only where "
    "a replica of the pool serves sign-ins"
)


_HEADS: Final = (
    "AUTHCORE_GUARD_REFRESH makes response heads of 5 to 10 kB, and a proxy in front of this "
    "application that does not take them (nginx by default) answers 502: include "
    "deploy/nginx/authcore/guards.conf there, or set AUTHCORE_GUARD_RESPONSE_BUDGET"
)


_OBSERVES: Final = {
    "guard": "AUTHCORE_GUARD_MODE=observe: this guard refuses no request and tells the application "
    "no user; it only counts what it would do",
    "migration": "AUTHCORE_MIGRATION_MODE=observe: the migration trigger creates no user",
    "linking": "AUTHCORE_LINKING_MODE=observe: the triggers link no user and create no account",
    "pre_sign_up": "AUTHCORE_PRE_SIGN_UP_MODE=observe: the trigger refuses no sign-up",
}
"""By the group that has the mode."""


def doubts(settings: object) -> list[str]:
    """One sentence for each setting that works, and is right in rare deployments only."""
    cognito = getattr(settings, "cognito", None)
    is_copy = isinstance(cognito, CognitoSettings) and is_replica(
        cognito.region, cognito.user_pool_id
    )
    return [
        *([_REPLICA] if is_copy else []),
        *([_HEADS] if _makes_large_heads(settings) else []),
        *(_OBSERVES[group] for group in _OBSERVES if _observes(getattr(settings, group, None))),
    ]


def _observes(group: object) -> bool:
    return getattr(group, "mode", None) == "observe"


def _makes_large_heads(settings: object) -> bool:
    guard, cookie = getattr(settings, "guard", None), getattr(settings, "cookie", None)
    if not isinstance(guard, GuardSettings) or not isinstance(cookie, CookieSettings):
        return False
    refreshes = guard.refresh != "off" and cookie.format != "stored"
    return refreshes and guard.response_budget is None


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """One sentence for each AUTHCORE_* variable that no door reads, at most MAX_UNKNOWN_NAMES."""
    groups = [*(door().settings for door in DOORS.values()), _Commands]
    known = {name for group in groups for name in known_variables(group)}
    known |= legacy_check.VARIABLES
    strange = sorted(n for n in environment if n.startswith(f"{PREFIX}_") and n not in known)
    return [_warning(name, known) for name in strange[:MAX_UNKNOWN_NAMES]]


def _warning(name: str, known: set[str]) -> str:
    close = get_close_matches(name, known, n=1, cutoff=0.8)
    meant = f"; did you mean {close[0]}?" if close else ""
    return f"no door reads {printable(name)}{meant}"


def _table(door: Door, environment: Mapping[str, str]) -> Table:
    table = Table(box=SIMPLE)
    for heading in ("variable", "value", "what it is for"):
        table.add_column(heading, overflow="fold")
    for name, about, default in describe_variables(door.settings):
        given = next((each for each in about.names(name) if environment.get(each)), name)
        table.add_row(
            Text(given), _format_value(about, environment.get(given, ""), default), about.purpose
        )
    return table


def _format_value(about: Setting, text: str, default: object) -> Text:
    if not text:
        return _format_default(default)
    if about.secret:
        return Text("(secret)")
    try:
        about.parse(text)
    except ValueError:
        return Text(printable(text), "bold red")
    return Text(printable(text))


def _format_default(default: object) -> Text:
    if default is attrs.NOTHING:
        return Text("missing", "bold red")
    return Text(f"(default) {_format_setting(default)}".rstrip(), "dim")


def _format_setting(default: object) -> str:
    """Return *default* as an operator would write it into the variable."""
    match default:
        case None:
            return ""
        case timedelta():
            return f"{default.total_seconds():.0f}"
        case tuple():
            return " ".join(default)
        case Mapping():
            return " ".join(f"{name}={value}" for name, value in default.items())
        case _:
            return str(default)
