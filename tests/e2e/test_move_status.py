"""``authcore move status`` and ``report`` over the local stack: both systems are really counted."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_proofs import LinkProofs
from authcore_cli.app import run
from authcore_cli.process import CommandContext, ExitStatus
from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack


def _ask(environment: dict[str, str], *arguments: str) -> str:
    out, err = io.StringIO(), io.StringIO()
    context = CommandContext(environment, io.StringIO(), out, err)
    assert run(["move", *arguments], context) == ExitStatus.OK, err.getvalue()
    return out.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


def test_both_systems_are_counted_and_the_count_is_kept(folder: Path) -> None:
    with LocalStack(ports=Ports.free()) as stack:
        environment = {
            **stack.environment,
            "AUTHCORE_COGNITO_ENDPOINT_URL": stack.addresses.cognito_server_url,
            "AUTHCORE_MOVE_RUNS": str(folder / "runs"),
        }
        seed = SEED_USERS[0]
        jane = LegacyAccount(seed.userid, seed.username, "jane@example.com", True, None)
        proofs = LinkProofs(
            (base64.b64decode(environment["AUTHCORE_LINK_PROOF_KEYS"]),),
            environment["AUTHCORE_COGNITO_USER_POOL_ID"],
        )
        attributes = {
            "custom:legacy_uid": jane.legacy_uid,
            "custom:legacy_linked": proofs.vouch(jane),
        }
        stack.cognito.users.create("jane", None, status="CONFIRMED", attributes=attributes)
        stack.cognito.users.create("newcomer", None, status="CONFIRMED", attributes={})
        accounts = len(stack.legacy.accounts())

        counted: dict[str, Any] = json.loads(_ask(environment, "status"))["census"]
        shown: dict[str, Any] = json.loads(_ask(environment, "status", "--last"))["census"]
        page = folder / "report.html"
        _ask(environment, "report", "--out", str(page))

    assert (counted["accounts"], counted["users"]) == (accounts, 2)
    assert (counted["persons"]["moved"], counted["persons"]["native"]) == (1, 1)
    assert counted["total"] == accounts + 1
    assert shown == counted
    assert sorted(each.name for each in (folder / "runs").iterdir()) == ["census.jsonl"]
    assert "Where the persons are" in page.read_text("utf-8")
