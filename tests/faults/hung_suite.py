"""F1 over real sockets: the linking trigger before a legacy system that hangs."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Final

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.adapters.system import monotonic
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore_lambda.account_linking import build_handler
from faults.figures import Failure, Progress, Section, milliseconds
from faults.linking_events import CONFIRMED, external
from faults.migration_table import API_KEY, LIMIT, Left
from support.scripted_server import SILENCE, Script, ScriptedServer, answer, drip


AT_ONCE: Final = 8

_MATCHES: Final = answer(
    200,
    json.dumps(
        {"status": "matches", "by_cognito_id": None, "by_identity": None, "by_email": None}
    ).encode(),
)

HUNG: Final[Mapping[str, Script]] = {
    "silent": lambda _: SILENCE,
    "one byte a second": lambda _: drip(_MATCHES, every=1.0),
    "silent from the second call on": lambda asked: (_MATCHES,) if b"/match " in asked else SILENCE,
}


def attempts(script: Script, left: Left) -> tuple[list[float], list[str]]:
    """How long AT_ONCE sign-ins took before *script*, and what became of them."""
    audit = InMemoryAuditLog()
    http = HttpClient(within=timedelta(seconds=LIMIT), max_bytes=MAX_LINK_ANSWER_BYTES)
    with closing(http), ScriptedServer(script) as server, ThreadPoolExecutor(AT_ONCE) as threads:
        variables = {
            "AUTHCORE_COGNITO_REGION": "eu-west-1",
            "AUTHCORE_LEGACY_URL": server.url,
            "AUTHCORE_LEGACY_API_KEY": API_KEY,
            "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
        }
        trigger = build_handler(variables, audit=audit, http=http)

        def sign_in(person: int) -> float:
            began = monotonic()
            trigger(external(person, CONFIRMED, {}), left)
            return monotonic() - began

        taken = list(threads.map(sign_in, range(AT_ONCE)))
    return taken, [f"{each.action} {each.reason}" for each in audit.events]


def section(progress: Progress, left: Left) -> Section:
    """The figures."""
    seconds: list[float] = []
    failures: list[Failure] = []
    for name in HUNG:
        progress(f"F1 over sockets: {name}")
        taken, failure = _judged(name, left)
        seconds += taken
        failures += [failure] * bool(failure.violations)
    rows = [("sign-ins", str(len(seconds))), ("attempt p50/p99/max", milliseconds(seconds))]
    return Section("F1-hung linking over sockets, legacy system hung", rows, failures)


def replay(line: str, left: Left) -> Failure:
    """The way to hang that *line* names, again."""
    return _judged(line.removeprefix("hung "), left)[1]


def _judged(name: str, left: Left) -> tuple[list[float], Failure]:
    taken, outcomes = attempts(HUNG[name], left)
    expected = ["account_linking.postponed legacy_unavailable"] * AT_ONCE
    wrong = ["an attempt took more than 4.0 s"] * (max(taken) > LIMIT)
    wrong += ["not postponed"] * (outcomes != expected)
    return taken, Failure(f"hung {name}", outcomes, wrong)
