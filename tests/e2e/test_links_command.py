"""``authcore links`` over the local stack: what is broken is found, what can be is mended."""

import base64
import io
import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_links import HttpLegacyLinks
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import NewLegacyAccount
from authcore.domain.model.urls import ServiceUrl
from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_local.addresses import Ports
from authcore_local.cognito.user_pool.users import UserStatus
from authcore_local.stack import LocalStack
from support.gate import AMPLE


NOBODY: Final = "dddddddd-0000-4000-8000-000000000000"
ATTACH: Final = "/api/cognito_helper/attach"
PATIENCE: Final = AMPLE.total_seconds()


class HoldingStack(LocalStack):
    """Its legacy system can be told to answer one call never."""

    def hold_attaching(self, number: int) -> threading.Event:
        """Set when the call that attaches account *number* has come, and waits in vain."""
        held, asked, legacy = threading.Event(), count(1), self._places["legacy"].app

        async def holding(scope: Any, receive: Any, send: Any) -> None:
            if scope.get("path") == ATTACH and next(asked) == number:
                held.set()
                while (await receive())["type"] != "http.disconnect":
                    pass
            else:
                await legacy(scope, receive, send)

        self._places["legacy"].app = holding
        return held


class Broken:
    """A stack whose two sides were put out of step by hand."""

    def __init__(self, stack: HoldingStack, http: HttpClient) -> None:
        self.stack = stack
        self.environment = {
            **stack.environment,
            "AUTHCORE_COGNITO_ENDPOINT_URL": stack.addresses.cognito_server_url,
        }
        self._links = HttpLegacyLinks(
            http=http,
            base_url=ServiceUrl(stack.addresses.legacy_url),
            api_key=stack.environment["AUTHCORE_LEGACY_API_KEY"],
        )
        self._created = 0
        self._proofs = LinkProofs(
            (base64.b64decode(self.environment["AUTHCORE_LINK_PROOF_KEYS"]),),
            self.environment["AUTHCORE_COGNITO_USER_POOL_ID"],
        )

    def user(self, legacy_uid: str | None = None) -> str:
        """A pool user's ``sub``."""
        self._created += 1
        return self._user(f"user{self._created}", {}, legacy_uid)

    def external(self, legacy_uid: str | None = None) -> str:
        """The ``sub`` of a pool user whom Google sent."""
        self._created += 1
        return self._user(f"Google_{self._created}", {}, legacy_uid)

    def _user(self, username: str, attributes: dict[str, str], legacy_uid: str | None) -> str:
        is_external = username.startswith("Google_")
        status: UserStatus = "EXTERNAL_PROVIDER" if is_external else "CONFIRMED"
        user = self.stack.cognito.users.create(username, None, status=status, attributes=attributes)
        if legacy_uid is not None:
            self.name(user.subject, legacy_uid)
        return user.subject

    def account(self, cognito_id: str) -> str:
        """A legacy account's id."""
        self._created += 1
        account = NewLegacyAccount(cognito_id, None, f"u{self._created}", None, False, None)
        return self._links.create(account, idempotency_key=f"key-{self._created}").legacy_uid

    def person(self, username: str, email: str) -> tuple[str, str]:
        """A completely linked user with a verified address, and the account: ``sub`` and id."""
        subject = self._user(username, {"email": email, "email_verified": "true"}, None)
        account = NewLegacyAccount(subject, None, username, None, False, None)
        legacy_uid = self._links.create(account, idempotency_key=username).legacy_uid
        self.name(subject, legacy_uid)
        return subject, legacy_uid

    def name(self, subject: str, legacy_uid: str, *, statement: str | None = None) -> None:
        """Let the pool's user name the account, with a valid proof or with *statement*."""
        user = self.stack.cognito.users.with_subject(subject)
        assert user is not None
        named = {
            "custom:legacy_uid": legacy_uid,
            "custom:legacy_linked": statement or self._proofs.prove_link(subject, legacy_uid),
        }
        self.stack.cognito.users.change(
            user.username,
            lambda user: attrs.evolve(user, attributes={**user.attributes, **named}),
        )

    def named_by(self, subject: str) -> str | None:
        user = self.stack.cognito.users.with_subject(subject)
        assert user is not None
        return user.attributes.get("custom:legacy_uid")

    def attached_to(self, legacy_uid: str) -> str | None:
        account = self.stack.legacy.account(legacy_uid)
        assert account is not None
        return account.cognito_id

    def make_whole_links(self, count: int) -> list[str]:
        subjects = [self.user() for _ in range(count)]
        for subject in subjects:
            self.name(subject, self.account(subject))
        return subjects

    def make_half_links(self, count: int) -> dict[str, str]:
        """Only the pool knows them: ``sub`` by legacy id."""
        signed_up = [self.stack.legacy.sign_up(f"half{n}", "Half-1", None) for n in range(count)]
        return {legacy_uid: self.user(legacy_uid) for legacy_uid in signed_up}

    def attachings(self) -> int:
        return sum(call.outcome == "attached" for call in self.stack.legacy.calls)


@pytest.fixture(name="http")
def _http() -> Iterator[HttpClient]:
    http = HttpClient(within=AMPLE, max_bytes=100_000)
    yield http
    http.close()


@pytest.fixture(name="broken")
def _broken(http: HttpClient) -> Iterator[Broken]:
    with HoldingStack(ports=Ports.free(), users=[]) as stack:
        yield Broken(stack, http)


@attrs.frozen
class Ran:
    status: int
    lines: list[dict[str, Any]]
    err: str

    @property
    def found(self) -> Counter[str]:
        return Counter(line["finding"] for line in self.lines if "finding" in line)

    @property
    def summary(self) -> dict[str, Any]:
        summary: dict[str, Any] = self.lines[-1]["summary"]
        return summary


def links(broken: Broken, *arguments: str) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    given = ["links", *arguments, "--rate", "25"]
    status = run(given, CommandContext(broken.environment, io.StringIO(), out, err))
    return Ran(status, [json.loads(line) for line in out.getvalue().splitlines()], err.getvalue())


def test_an_audit_finds_exactly_what_is_broken_and_a_repair_leaves_only_what_needs_a_person(
    broken: Broken,
) -> None:
    # LT-06, AL-07
    broken.make_whole_links(70)
    known_to_legacy = broken.user()
    legacy_uid = broken.account(known_to_legacy)
    ((unattached, known_to_pool),) = broken.make_half_links(1).items()
    twice = broken.stack.legacy.sign_up("jekyll", "Strange-Case-1886", None)
    broken.user(twice)
    broken.user(twice)
    viola = broken.user()
    broken.user(broken.account(viola))
    broken.user("9999999")
    broken.account(NOBODY)
    broken.user()
    before = broken.stack.legacy.accounts()

    audited = links(broken, "audit")

    needs_a_person = Counter(duplicate=1, crossed=1, dangling=1, sub_gone=1, missing=1)
    assert (audited.status, audited.err) == (1, "")
    assert audited.found == needs_a_person + Counter(
        legacy_lacks_cognito_id=1, cognito_lacks_legacy_uid=1
    )
    assert broken.stack.legacy.accounts() == before

    repaired = links(broken, "repair")

    assert (repaired.status, repaired.err) == (1, "")
    assert repaired.summary["repairs"] == {"mended": 2}
    assert broken.named_by(known_to_legacy) == legacy_uid
    assert broken.attached_to(unattached) == known_to_pool
    assert links(broken, "audit").found == needs_a_person
    assert broken.attached_to(twice) is None
    assert broken.named_by(viola) is None


def test_jane_by_password_and_jane_by_google_are_reported_as_one_person(broken: Broken) -> None:
    # AL-07
    native, first = broken.person("jane", "jane@thornfield.example")
    google, second = broken.person("Google_1001", "jane@Thornfield.example")
    broken.person("huck", "huck@thornfield.example")

    audited = links(broken, "audit")

    assert audited.found == Counter(same_person=1)
    [finding, _] = audited.lines
    assert {user["cognito_id"] for user in finding["users"]} == {native, google}
    assert {account["legacy_uid"] for account in finding["accounts"]} == {first, second}
    assert "same_person" in audited.summary["advice"]
    assert links(broken, "repair").summary["repairs"] == {}


def test_links_of_earlier_versions_get_their_proofs_once(broken: Broken) -> None:
    # AL-06
    for subject in broken.make_whole_links(3)[:2]:
        broken.name(subject, str(broken.named_by(subject)), statement=broken.named_by(subject))
    pretended = broken.stack.legacy.sign_up("owner", "Owner-1-x", None)
    attacker = broken.user()
    broken.name(attacker, pretended, statement=pretended)

    repaired = links(broken, "repair")

    assert repaired.found == Counter(unproven=2, legacy_lacks_cognito_id=1)
    assert repaired.summary["repairs"] == {"mended": 2, "refused": 1}
    assert broken.attached_to(pretended) is None
    assert links(broken, "audit").found == Counter(legacy_lacks_cognito_id=1)


def test_external_users_are_mended_though_the_pool_does_not_know_them_by_sub(
    broken: Broken,
) -> None:
    # LT-06
    signed_up = broken.stack.legacy.sign_up("half", "Half-1", None)
    known_to_pool = broken.external(signed_up)
    known_to_legacy = broken.external()
    legacy_uid = broken.account(known_to_legacy)

    repaired = links(broken, "repair")

    assert (repaired.status, repaired.summary["repairs"]) == (0, {"mended": 2})
    assert broken.attached_to(signed_up) == known_to_pool
    assert broken.named_by(known_to_legacy) == legacy_uid


def test_what_a_legacy_system_without_look_up_cannot_confirm_is_left_to_a_person(
    http: HttpClient,
) -> None:
    with HoldingStack(ports=Ports.free(), users=[], legacy_mode="none") as stack:
        broken = Broken(stack, http)
        subject = broken.user()
        broken.account(subject)

        ran = links(broken, "repair")

        assert ran.status == 1
        assert (ran.lines[0]["repair"], ran.lines[0]["reason"]) == (
            "refused",
            "not_found_by_cognito_id",
        )
        assert broken.named_by(subject) is None


def test_sides_that_agree_are_left_alone(broken: Broken) -> None:
    subjects = broken.make_whole_links(3)
    users = [broken.stack.cognito.users.with_subject(subject) for subject in subjects]

    assert links(broken, "repair").status == 0
    assert [broken.stack.cognito.users.with_subject(subject) for subject in subjects] == users
    assert broken.attachings() == 0


def test_a_legacy_system_that_answers_otherwise_than_agreed_is_an_outage_not_a_finding(
    broken: Broken,
) -> None:
    broken.make_half_links(1)
    broken.stack.legacy.behave("garbage")
    process = started(broken, "audit")
    assert process.stderr is not None

    told = "legacy_unavailable: no answer (contract media type), asking again"
    assert told in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=PATIENCE)

    assert process.returncode == 3
    assert json.loads(out.splitlines()[-1])["summary"]["findings"] == {}


def started(broken: Broken, *arguments: str) -> "subprocess.Popen[str]":
    """The command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", _UNHURRIED, "links", *arguments],
        env={**broken.environment, "PYTHONPATH": ":".join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


_UNHURRIED: Final = """
from authcore_cli.app import main
from support.unhurried_links import unhurried_links

with unhurried_links():
    main()
"""


@pytest.mark.parametrize("signal_sent", [signal.SIGKILL, signal.SIGINT])
def test_a_repair_stopped_half_way_goes_on_and_writes_nothing_twice(
    broken: Broken, tmp_path: Path, signal_sent: signal.Signals
) -> None:
    # AL-07
    halves = broken.make_half_links(8)
    state = tmp_path / "state"
    held = broken.stack.hold_attaching(4)
    process = started(broken, "repair", "--rate", "25", "--state", str(state))
    assert held.wait(PATIENCE)
    process.send_signal(signal_sent)
    out, err = process.communicate(timeout=PATIENCE)
    attached = broken.attachings()

    resumed = links(broken, "repair", "--state", str(state))

    assert attached == 3
    assert resumed.status == 0
    assert broken.attachings() == 8
    assert {legacy_uid: broken.attached_to(legacy_uid) for legacy_uid in halves} == halves
    assert not state.exists()
    if signal_sent is signal.SIGINT:
        assert (process.returncode, err) == (3, "authcore: stopped\n")
        assert json.loads(out.splitlines()[-1])["summary"]["complete"] is False
