"""The queue's function and the command, over HTTP, at the local Cognito and legacy system."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.model.usernames import LEGACY_UID
from authcore.ports.system import Pause
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_cli.sync_state import SyncCounts, SyncState
from authcore_cli.sync_wiring import sync_tools
from authcore_lambda.profile_sync import build_handler
from authcore_local.cognito import LocalCognito
from authcore_local.legacy import LegacySystem, SeedUser
from authcore_local.servers import LoopbackServer
from support.cognito_pools import REGION, OnLocalCognito, Pool
from support.everything_said import everything_said
from support.gate import AMPLE


API_KEY: Final = "canary-key-of-the-sync"
CANARY: Final = "canary-of-hal@example.org"
QUEUED: Final = {"messageId": "m0", "body": '{"legacy_uid": "0"}', "attributes": {}}


class TestProfilesFollow(OnLocalCognito):
    @pytest.fixture
    def legacy(self) -> LegacySystem:
        return LegacySystem([_seed(number) for number in range(3)], API_KEY)

    @pytest.fixture
    def variables(
        self, legacy: LegacySystem, local: LocalCognito, pool: Pool, url: ServiceUrl
    ) -> Iterator[Mapping[str, str]]:
        for number in range(3):
            attributes = {"name": f"Hal {number}", LEGACY_UID: str(number)}
            user = local.users.create(
                f"hal{number}", None, status="CONFIRMED", attributes=attributes
            )
            legacy.link(str(number), user.subject)
        with LoopbackServer(legacy.app) as server:
            yield {
                "AUTHCORE_COGNITO_REGION": REGION,
                "AUTHCORE_COGNITO_USER_POOL_ID": pool.id,
                "AUTHCORE_COGNITO_CLIENT_ID": "contract",
                "AUTHCORE_COGNITO_ENDPOINT_URL": url,
                "AUTHCORE_LEGACY_URL": server.url,
                "AUTHCORE_LEGACY_API_KEY": API_KEY,
            }

    def test_a_message_carries_a_changed_address_over(
        self, variables: Mapping[str, str], legacy: LegacySystem, pool: Pool
    ) -> None:
        # PS-04
        move(legacy, "0")

        assert queue_sends(variables) == []

        held = pool.attributes("hal0")
        assert (held["email"], held["email_verified"]) == (CANARY, "true")
        assert held[LEGACY_UID] == "0"

    def test_a_throttled_pool_is_waited_for(
        self, variables: Mapping[str, str], legacy: LegacySystem, local: LocalCognito, pool: Pool
    ) -> None:
        legacy.set_locked("0", locked=True)
        local.rates.throttle("UserUpdate", 0)

        assert queue_sends(variables) == ["m0"]
        assert local.rates.count_refused("UserUpdate") == 5

        local.rates.unthrottle()
        assert queue_sends(variables) == []
        assert not pool.client.admin_get_user(UserPoolId=pool.id, Username="hal0")["Enabled"]

    def test_a_run_finds_what_no_message_said(
        self, variables: Mapping[str, str], legacy: LegacySystem, pool: Pool
    ) -> None:
        move(legacy, "1")
        legacy.delete_account("2")

        status, lines = command(variables, "run", "--dry-run")
        assert (status, [line["sync"] for line in lines[:-1]]) == (
            1,
            ["would be updated", "would be disabled"],
        )

        status, lines = command(variables, "run")
        assert status == 0
        assert lines[-1]["summary"]["results"] == {"updated": 1, "disabled": 1}
        assert pool.attributes("hal1")["email"] == CANARY
        assert command(variables, "run")[1][-1]["summary"]["different"] == 0

    def test_a_state_of_another_policy_is_not_continued(
        self, variables: Mapping[str, str], tmp_path: Path
    ) -> None:
        tools = sync_tools(variables, None, lambda *_: None)
        tools.close()
        state = tmp_path / "sync.state"
        SyncState(state, place=tools.place, dry_run=False).note("page", SyncCounts())

        other = {**variables, "AUTHCORE_SYNC_ON_LOCK": "follow"}

        assert command(other, "run", "--state", str(state))[0] == 2

    def test_no_address_and_no_key_is_logged_or_shown(
        self,
        variables: Mapping[str, str],
        legacy: LegacySystem,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        move(legacy, "0")

        said = everything_said(lambda: (queue_sends(variables), command(variables, "run")), caplog)

        assert CANARY not in said
        assert API_KEY not in said


def move(legacy: LegacySystem, uid: str) -> None:
    """Change the account's address, and follow the link in the mail to the new one."""
    assert legacy.confirm_email_change(legacy.request_email_change(uid, CANARY))


class NoPause(Pause):
    def wait(self, duration: timedelta) -> None:
        """Return at once: no test here is about time."""


def queue_sends(variables: Mapping[str, str]) -> list[str]:
    """Let the function answer one message, and return the ids of those that come again."""
    with closing(HttpClient(within=AMPLE, max_bytes=MAX_PAGE_BYTES)) as http:
        function = build_handler(variables, http=http, pause=NoPause())
        answered = function({"Records": [QUEUED]}, None)
    return [each["itemIdentifier"] for each in answered["batchItemFailures"]]


def command(variables: Mapping[str, str], *arguments: str) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    context = CommandContext(variables, io.StringIO(), out, io.StringIO())
    status = run(["sync", *arguments], context)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def _seed(number: int) -> SeedUser:
    return SeedUser(
        username=f"hal{number}",
        password="",
        email=None,
        email_verified=False,
        display_name=f"Hal {number}",
        userid=str(number),
    )
