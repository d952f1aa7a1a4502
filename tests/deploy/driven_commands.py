"""The commands that call AWS, driven through all that they call it for."""

import io
from collections.abc import Mapping
from typing import Final

import attrs
import pytest

from authcore.adapters.jwks import fetcher, key_cache
from authcore.adapters.system import SystemClock
from authcore.domain.model.checks import UNREAD
from authcore.domain.services.doctor.reading import OnPart
from authcore.wiring.inspection import OpenExamination, open_examination
from authcore_cli.app import run
from authcore_cli.process import CommandContext, ExitStatus
from authcore_local.cognito import Triggers
from deploy.account import CLIENT_SECRET, PASSWORD, TABLE_NAME, Account
from deploy.driven_functions import LEGACY_KEY, SYNC_POLICY, prepare_sync
from support.gate import AMPLE


DEAD_LETTERS: Final = "https://sqs.eu-west-1.amazonaws.com/123456789012/dead-letters"


def drive_doctor(account: Account) -> None:
    """Read everything of a deployment; what only Amazon's pool has is asked of the local one."""
    opened = _examination(_variables_of_doctor(account), lambda _: None)
    report = opened.examination.report()
    opened.close()
    assert [each for each in report.findings if each.id == UNREAD] == []


def _variables_of_doctor(account: Account) -> Mapping[str, str]:
    url = account.variables["AUTHCORE_COGNITO_ENDPOINT_URL"]
    account.pool.functions.triggers = Triggers(user_migration=_echo)
    from_old_pool = account.from_old_pool().items()
    return {
        **account.variables,
        **{name: value for name, value in from_old_pool if name.startswith("AUTHCORE_OLD_POOL_")},
        "AUTHCORE_DOCTOR_ENDPOINT_URL": url,
        "AUTHCORE_SIGN_IN_DOMAIN_URL": url,
        "AUTHCORE_SIGN_IN_CLIENT_SECRET": CLIENT_SECRET,
        "AUTHCORE_SIGN_IN_CALLBACK_URL": f"{url}/auth/signin/callback",
        "AUTHCORE_SIGN_IN_REDIRECTS": url,
        "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT": f"{url}/",
    }


def _examination(environment: Mapping[str, str], on_part: OnPart) -> OpenExamination:
    """Open one that takes the local pool for Amazon's."""
    opened = open_examination(environment, clock=SystemClock(), on_part=on_part)
    plan = attrs.evolve(opened.examination.plan, is_stand_in=False, tables=(TABLE_NAME,))
    reader = attrs.evolve(opened.examination.reader, plan=plan)
    return attrs.evolve(opened, examination=attrs.evolve(opened.examination, reader=reader))


def drive_move_ready(account: Account) -> None:
    """Read both sides, the deployment and a queue; nothing of it says that a move is ready."""
    variables = {
        **_variables_of_doctor(account),
        **account.with_secrets(LEGACY_KEY),
        "AUTHCORE_READY_DEAD_LETTERS": DEAD_LETTERS,
    }
    for command in ("ready", "rollback"):
        out = io.StringIO()
        context = CommandContext(
            variables, io.StringIO(), out, io.StringIO(), examination=_examination
        )
        run(("move", command, "--rate", "25"), context)
        assert "links could not be read" not in out.getvalue()


def _echo(event: object, _context: object) -> object:
    return event


def drive_links(account: Account) -> None:
    """Find a link that one side lacks, mend it, and allow a create again."""
    subject = account.enrol("anna", **{"custom:legacy_uid": "1"})
    account.legacy.link("1", subject)
    variables = {**account.variables, **account.with_secrets(LEGACY_KEY)}
    rate = ("--rate", "25")
    assert _run(variables, "links", "audit", *rate) == ExitStatus.REJECTED
    assert _run(variables, "links", "repair", *rate) == ExitStatus.OK
    linking = {"AUTHCORE_LINKING_CREATION": "once", "AUTHCORE_LINKING_TABLE": TABLE_NAME}
    _run({**account.variables, **linking}, "links", "allow-create", subject)


def drive_sessions(account: Account) -> None:
    """End a user's sessions, and let the user in again at the old login."""
    account.enrol("anna")
    variables = {
        **account.variables,
        "AUTHCORE_REVOCATIONS_KEPT_IN": "table",
        "AUTHCORE_STORE_TABLE": TABLE_NAME,
    }
    for command in ("end", "allow"):
        assert _run(variables, "sessions", command, "anna") == ExitStatus.OK


def drive_signin(account: Account) -> None:
    """Sign in with IAM credentials, and answer a challenge."""
    account.enrol("anna")
    account.pool.users.set_password("anna", PASSWORD, "FORCE_CHANGE_PASSWORD")
    secret = account.with_secrets(AUTHCORE_SIGN_IN_CLIENT_SECRET=account.managed_secret)
    lines = (PASSWORD, "canary-Password-2", "canary-Password-2")
    flow = ("--flow", "ADMIN_USER_PASSWORD_AUTH")
    with pytest.MonkeyPatch.context() as patch:
        for module in (fetcher, key_cache):
            patch.setattr(module, "FETCH_DEADLINE", AMPLE)
        _run({**account.variables, **secret}, "signin", "anna", *flow, lines=lines)


def drive_sync(account: Account) -> None:
    """Bring all users in step, and one."""
    prepare_sync(account)
    variables = {
        **account.variables,
        **account.with_secrets(LEGACY_KEY),
        **SYNC_POLICY,
    }
    for arguments in (("run",), ("user", "1")):
        assert _run(variables, "sync", *arguments) == ExitStatus.OK


def _run(variables: Mapping[str, str], *arguments: str, lines: tuple[str, ...] = ()) -> int:
    stdin = io.StringIO("".join(f"{line}\n" for line in lines))
    return run(arguments, CommandContext(variables, stdin, io.StringIO(), io.StringIO()))
