"""The alert rules and the dashboard name metrics that the system has, and nothing else."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import attrs
import promql_parser
import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from authcore.adapters.http import HttpClient
from authcore.adapters.prometheus import ALERTED
from authcore.domain.model.audit import Outcome
from authcore.domain.model.reasons import REASONS
from authcore_guard.telemetry import Telemetry
from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS
from authcore_local.stack import LocalStack
from e2e.visitor import Visitor
from support.gate import AMPLE
from support.recorded_spans import recorded_spans


ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "deploy" / "observability"
DOCUMENT: Final = ROOT / "docs" / "observing.md"

USER: Final = SEED_USERS[0]

SCRAPERS: Final = {"job", "instance"}
"""Labels that Prometheus adds to each series."""

FIXED: Final[Mapping[str, set[str]]] = {
    "outcome": {
        *("accepted", "rejected", "unavailable", "misconfigured"),
        *("2xx", "3xx", "4xx", "5xx", "connect", "timeout", "protocol", "too_large", "encoded"),
    },
    "status": {"1xx", "2xx", "3xx", "4xx", "5xx"},
}
"""The values of labels that the code lists."""

Scrape = Mapping[str, set[str]]
"""The labels of each sample, by name."""


@attrs.frozen
class Query:
    """A query and where it stands."""

    place: str
    expression: str

    def parsed(self) -> promql_parser.Expr:
        return promql_parser.parse(
            self.expression.replace("$__rate_interval", "5m").replace("$job", ".+")
        )


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((FOLDER / "alerts.yaml").read_text())["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text())
    return found


def queries() -> Iterator[Query]:
    for rule in rules():
        yield Query(rule["alert"], rule["expr"])
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", ()):
            yield Query(panel["title"], target["expr"])


def nodes(node: Any) -> Iterator[Any]:
    """*node* and all below it."""
    yield node
    for name in ("expr", "lhs", "rhs", "vector_selector", "param"):
        if (below := getattr(node, name, None)) is not None:
            yield from nodes(below)
    for argument in getattr(node, "args", ()):
        yield from nodes(argument)


def selectors(node: Any) -> Iterator[promql_parser.VectorSelector]:
    return (each for each in nodes(node) if isinstance(each, promql_parser.VectorSelector))


def read(text: str) -> Scrape:
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


MEASURED: Final = re.compile(r" \d+\.\d{3,}(e[+-]\d+)?$", re.MULTILINE)
"""Seconds and bytes, in whose many digits a short id may stand by chance."""


@attrs.frozen
class SignedIn:
    """
    What a running stack shows after the sign-in of USER, who is migrated by it.

    Attributes:
        text: What ``/metrics`` of the auth service answers.
        spans: Everything that an exporter would send.
        session: What ``/auth/session`` answers.
    """

    text: str
    spans: str
    session: str


@pytest.fixture(scope="module")
def signed_in() -> SignedIn:
    with recorded_spans() as spans, LocalStack(ports=Ports.free()) as stack:
        visitor = Visitor(stack)
        visitor.send(visitor.begin(), username=USER.username, password=USER.password)
        session = visitor.browser.get(f"{stack.auth_url}/auth/session")
        visitor.browser.close()
        http = HttpClient(within=AMPLE, max_bytes=1_000_000)
        answer = http.request("GET", f"http://127.0.0.1:{stack.addresses.ports.auth}/metrics")
        http.close()
        return SignedIn(answer.body.decode(), spans.text(), session.text)


@pytest.fixture(scope="module")
def scraped(signed_in: SignedIn) -> Scrape:
    return read(signed_in.text)


def test_a_sign_in_calls_the_partners_that_the_metrics_name(signed_in: SignedIn) -> None:
    for partner in ("token_endpoint", "jwks", "legacy"):
        assert f'partner="{partner}"' in signed_in.text
        assert f'"peer.service": "{partner}"' in signed_in.spans


def test_neither_metrics_nor_spans_hold_anything_of_the_user(signed_in: SignedIn) -> None:
    # SP-11, AL-08
    (subject,) = re.findall(r'"subject": ?"([^"]+)"', signed_in.session)
    text = MEASURED.sub("", signed_in.text)

    for secret in map(str, (subject, USER.username, USER.userid, USER.email, USER.password)):
        assert secret not in text
        assert not re.search(rf"\b{re.escape(secret)}\b", signed_in.spans)


def test_every_metric_and_label_of_every_query_exists(scraped: Scrape) -> None:
    for query in queries():
        found = list(selectors(query.parsed()))
        assert found, query.place
        for selector in found:
            assert selector.name is not None
            assert selector.name in scraped, query.place
            named = {matcher.name for matcher in selector.matchers.matchers}
            assert named <= scraped[selector.name] | SCRAPERS, query.place


def test_every_query_groups_by_labels_that_its_metrics_have(scraped: Scrape) -> None:
    for query in queries():
        for node in nodes(query.parsed()):
            if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
                labels = set.union(*(scraped[each.name or ""] for each in selectors(node)))
                assert set(node.modifier.labels) <= labels | SCRAPERS, query.place


def test_every_query_asks_for_values_that_the_code_lists() -> None:
    for query in queries():
        for selector in selectors(query.parsed()):
            for matcher in selector.matchers.matchers:
                if matcher.name in FIXED:
                    assert set(matcher.value.split("|")) <= FIXED[matcher.name], query.place


def test_every_series_that_an_alert_names_by_its_reason_exists_from_the_start() -> None:
    named = set()
    for rule in rules():
        for selector in selectors(Query(rule["alert"], rule["expr"]).parsed()):
            values = {each.name: each.value for each in selector.matchers.matchers}
            if "reason" in values:
                named.add((values["action"], values["outcome"], values["reason"]))

    assert named == ALERTED


def test_a_guard_has_the_metrics_that_concern_guards(scraped: Scrape) -> None:
    registry = CollectorRegistry()
    registry.register(Telemetry().collector())
    own = read(generate_latest(registry).decode())

    assert set(own) - {"authcore_guard_mode"} <= set(scraped)
    for name in ("authcore_decision_outcomes_total", "authcore_audit_outcomes_total"):
        assert name in own


def test_every_alert_has_a_runbook_and_a_test() -> None:
    headings = re.findall(r"^#+ (.+)$", DOCUMENT.read_text(), re.M)
    anchors = {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}
    tests = yaml.safe_load((FOLDER / "alerts_test.yaml").read_text())["tests"]
    fired = {
        test["alertname"]
        for each in tests
        for test in each["alert_rule_test"]
        if test["exp_alerts"]
    }

    for rule in rules():
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/observing.md"
        assert anchor == rule["alert"].lower()
        assert anchor in anchors
    assert fired == {rule["alert"] for rule in rules()}


def test_the_series_of_the_rules_tests_exist(scraped: Scrape) -> None:
    for each in yaml.safe_load((FOLDER / "alerts_test.yaml").read_text())["tests"]:
        for series in each["input_series"]:
            (selector,) = selectors(promql_parser.parse(series["series"]))
            named = {matcher.name for matcher in selector.matchers.matchers}
            assert named <= scraped[selector.name or ""] | SCRAPERS
            assert scraped[selector.name or ""] <= named | SCRAPERS


def test_the_templates_alarms_ask_for_what_the_functions_print(
    template: Mapping[str, Any],
) -> None:
    own = "authcore/${AWS::StackName}"
    metrics = [
        each
        for each in _metrics(template["Resources"])
        if each["Namespace"] == {"Fn::Sub": own} and each["MetricName"] != "failures"
    ]
    actions = {action for reason in REASONS.values() for action in reason.actions}

    assert metrics
    for metric in metrics:
        assert metric["MetricName"] == "audit_events"
        values = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
        assert values.keys() in ({"outcome"}, {"action", "outcome"})
        assert values["outcome"] in get_args(Outcome)
        assert values.get("action", "sign_up") in actions


def _metrics(part: Any) -> Iterator[dict[str, Any]]:
    """Every member of *part* that names a metric."""
    if isinstance(part, dict):
        if {"Namespace", "MetricName", "Dimensions"} <= part.keys():
            yield part
        part = part.values()
    if not isinstance(part, str | int | float | None):
        for each in part:
            yield from _metrics(each)


def test_the_dashboard_can_be_imported() -> None:
    board = dashboard()
    panels = board["panels"]

    assert len({panel["id"] for panel in panels}) == len(panels)
    assert [each["name"] for each in board["templating"]["list"]] == ["datasource", "job"]
    for panel in panels:
        place = panel["gridPos"]
        assert 0 <= place["x"] < place["x"] + place["w"] <= 24
        for target in panel.get("targets", ()):
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            assert 'job=~"$job"' in target["expr"]
            legend = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            kept = set(re.findall(r"by \(([^)]*)\)", target["expr"]))
            assert legend <= set(", ".join(kept).split(", "))
