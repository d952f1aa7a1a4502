"""The seed's GET forms: what they say, what they refuse to say, and that they say so."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Final
from urllib.parse import parse_qsl

import attrs
import pytest

from authcore.adapters.http import HttpClient, connection
from authcore.adapters.legacy import seed_dialect
from authcore.adapters.legacy.seed_dialect import (
    InsecureLegacyDialectWarning,
    SeedDialectLegacyLinks,
)
from authcore.domain.errors import (
    AccountTakenError,
    LegacyNotReachedError,
    LegacyUnavailableError,
    LinkRejectedError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.testing.fakes.system import ScriptedEntropy
from support.gate import AMPLE
from support.scripted_server import SILENCE, ScriptedServer, answer


SUB: Final = "5f3c1a52-9c1b-4d0e-8f1a-000000000001"
HOSTILE: Final = "1&cognito_id=victim#?/../%26 +ü☕"
MINA: Final = NewLegacyAccount(
    cognito_id=SUB,
    identity=ExternalIdentity("Google", HOSTILE),
    username="google_1897",
    email="mina+whitby@canary.example",
    email_verified=True,
    display_name="Mina & Co=1",
)
FOUND: Final = b'{"success": 1, "user": {"id": "1897", "username": "mina"}}'
NOBODY: Final = b'{"success": 0}'
WRITTEN: Final = b'{"success": 1}'
CREATED: Final = b'{"status": "created", "userid": "1897"}'


class Legacy:
    """Says *bodies* one after the other; remembers paths and forms."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies = list(bodies)
        self.asked: list[tuple[str, str, dict[str, str]]] = []

    def __call__(self, request: bytes) -> list[bytes]:
        method, target, _ = request.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        path, _, query = target.partition("?")
        fields = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        assert len(fields) == len(dict(fields))
        self.asked.append((method, path, dict(fields)))
        return [answer(200, self.bodies.pop(0))]


@pytest.fixture(name="server")
def _server() -> Iterator[ScriptedServer]:
    with ScriptedServer(Legacy()) as server:
        yield server


@pytest.fixture(name="links")
def _links(server: ScriptedServer) -> Iterator[SeedDialectLegacyLinks]:
    with (
        closing(HttpClient(within=AMPLE, max_bytes=4096)) as http,
        pytest.warns(InsecureLegacyDialectWarning),
    ):
        yield SeedDialectLegacyLinks(
            http=http,
            base_url=server.url,
            api_key="key",
            entropy=ScriptedEntropy(["canary-password"]),
        )


def says(server: ScriptedServer, *bodies: bytes) -> Legacy:
    legacy = Legacy(*bodies)
    server.script = legacy
    return legacy


def test_an_identity_is_looked_up_whatever_is_in_it(
    server: ScriptedServer, links: SeedDialectLegacyLinks
) -> None:
    legacy = says(server, FOUND)

    found = links.match(AccountQuery(SUB, MINA.identity, None))

    assert found == AccountMatches(by_identity=LegacyAccount("1897", "mina", None, False, None))
    assert legacy.asked == [
        ("GET", "/api/cognito_helper", {"provider": "Google", "user_id": HOSTILE})
    ]


def test_an_account_is_created_and_then_attached(
    server: ScriptedServer, links: SeedDialectLegacyLinks
) -> None:
    legacy = says(server, CREATED, WRITTEN)

    created = links.create(MINA, idempotency_key="unsaid")

    assert (created.legacy_uid, created.cognito_id) == ("1897", SUB)
    assert legacy.asked == [
        (
            "GET",
            "/api/create_legacy_account",
            {
                "google_uid": HOSTILE,
                "name": "Mina & Co=1",
                "username": "google_1897",
                "email": "mina+whitby@canary.example",
                "pw": "canary-password",
            },
        ),
        ("GET", "/api/cognito_helper", {"cognito_id": SUB, "user_id": "1897"}),
    ]


def test_an_address_nobody_vouches_for_is_not_sent(
    server: ScriptedServer, links: SeedDialectLegacyLinks
) -> None:
    # AL-01
    legacy = says(server, CREATED, WRITTEN)

    links.create(attrs.evolve(MINA, email_verified=False), idempotency_key="unsaid")

    assert legacy.asked[0][2]["email"] == ""


def test_what_the_forms_cannot_say_is_refused_and_not_asked(
    server: ScriptedServer, links: SeedDialectLegacyLinks
) -> None:
    legacy = says(server)
    native = attrs.evolve(MINA, identity=None)
    strange = attrs.evolve(MINA, identity=ExternalIdentity("pw&x", "1"))

    for refused in (
        lambda: links.match(AccountQuery(SUB, None, None)),
        lambda: links.match(AccountQuery(SUB, ExternalIdentity("a b", "1"), None)),
        lambda: links.create(native, idempotency_key="unsaid"),
        lambda: links.create(strange, idempotency_key="unsaid"),
        lambda: links.create(attrs.evolve(MINA, username="a\0b"), idempotency_key="unsaid"),
        lambda: links.attach_cognito_id("1897", SUB, reset_access=True),
    ):
        with pytest.raises(LinkRejectedError):
            refused()
    assert legacy.asked == []


def test_an_address_that_might_find_somebody_is_not_taken_for_nobodys(
    server: ScriptedServer, links: SeedDialectLegacyLinks
) -> None:
    says(server, NOBODY, FOUND)
    query = AccountQuery(SUB, MINA.identity, MINA.email)

    with pytest.raises(LinkRejectedError):
        links.match(query)
    assert links.match(query).by_identity is not None


def test_a_no_is_a_no(server: ScriptedServer, links: SeedDialectLegacyLinks) -> None:
    says(server, NOBODY, b'{"status": "failed"}', NOBODY)

    assert links.match(AccountQuery(SUB, MINA.identity, None)) == AccountMatches()
    with pytest.raises(AccountTakenError):
        links.create(MINA, idempotency_key="unsaid")
    with pytest.raises(AccountTakenError):
        links.attach_cognito_id("1897", SUB, reset_access=False)


def test_an_account_that_was_created_and_could_not_be_attached_is_no_answer(
    server: ScriptedServer, links: SeedDialectLegacyLinks
) -> None:
    """A refusal would say that nothing was created, and somebody would ask for another one."""
    # AL-07
    says(server, CREATED, NOBODY)

    with pytest.raises(LegacyUnavailableError):
        links.create(MINA, idempotency_key="unsaid")


def test_a_key_that_is_refused_after_the_account_was_created_did_not_undo_it(
    server: ScriptedServer, links: SeedDialectLegacyLinks
) -> None:
    # AL-07
    answers = iter([answer(200, CREATED), answer(401, NOBODY)])
    server.script = lambda _request: [next(answers)]

    with pytest.raises(LegacyUnavailableError) as raised:
        links.create(MINA, idempotency_key="unsaid")

    assert not isinstance(raised.value, LegacyNotReachedError)
    assert raised.value.detail == "attach HTTP 401"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<html>",
        b'{"success": true}',
        b'{"success": "1"}',
        b'{"success": 1.0}',
        b'{"success": 2}',
        b'{"success": null}',
        b'{"success": 0, "user": null}',
        b'{"success": 1, "user": {"id": 1897, "username": "mina"}}',
        b'{"success": 1, "user": {"id": "1897"}}',
        b'{"success": 1, "user": "1897"}',
        b'{"success": 1, "success": 0}',
        b'{"status": "ok", "userid": "1897"}',
        b'{"status": "created", "userid": 1897}',
        b'{"status": "created"}',
        b'{"status": "failed", "userid": "1897"}',
        FOUND + b" " * 1024,
    ],
)
def test_an_answer_that_is_none_of_the_seeds_is_an_outage(
    server: ScriptedServer, links: SeedDialectLegacyLinks, body: bytes
) -> None:
    says(server, body, body, body)

    with pytest.raises(LegacyUnavailableError):
        links.match(AccountQuery(SUB, MINA.identity, None))
    with pytest.raises(LegacyUnavailableError):
        links.create(MINA, idempotency_key="unsaid")
    with pytest.raises(LegacyUnavailableError):
        links.attach_cognito_id("1897", SUB, reset_access=False)


def test_a_creation_and_its_attachment_share_one_time_limit(
    server: ScriptedServer, links: SeedDialectLegacyLinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The creation takes all of it but a tenth of a second, in which the attachment is silent."""
    # LT-01
    gone = iter((0.0, AMPLE.total_seconds() - 0.1))
    monkeypatch.setattr(seed_dialect, "monotonic", lambda: next(gone))
    monkeypatch.setattr(connection, "monotonic", lambda: 0.0)
    server.script = lambda request: (
        [answer(200, CREATED)] if b"create_legacy_account" in request else SILENCE
    )

    with pytest.raises(LegacyUnavailableError):
        links.with_deadline(AMPLE).create(MINA, idempotency_key="unsaid")

    assert len(server.heard(2)) == 2


def test_with_no_time_left_nothing_is_sent(
    server: ScriptedServer, links: SeedDialectLegacyLinks
) -> None:
    with pytest.raises(LegacyUnavailableError, match="no time"):
        links.with_deadline(timedelta(0)).create(MINA, idempotency_key="unsaid")
    assert server.requests == []


def test_nothing_of_a_url_is_logged_or_raised_by_us(
    server: ScriptedServer, links: SeedDialectLegacyLinks, caplog: pytest.LogCaptureFixture
) -> None:
    # LT-04, MG-02
    caplog.set_level(logging.DEBUG)
    says(server, b'{"status": "canary"}')

    with pytest.raises(LegacyUnavailableError) as unanswered:
        links.create(MINA, idempotency_key="unsaid")

    assert "canary" not in f"{unanswered.value} {unanswered.value!r} {caplog.text}"


def test_the_warning_is_logged_once_and_not_for_every_deadline(
    links: SeedDialectLegacyLinks, caplog: pytest.LogCaptureFixture
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        links.with_deadline(timedelta(seconds=1)).with_deadline(timedelta(seconds=2))

    assert caplog.get_records("setup")[-1].name == "authcore.legacy"
    assert caplog.get_records("call") == []
