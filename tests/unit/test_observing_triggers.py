"""Triggers that only observe: they decide, record, and leave pool and legacy system as they are."""

import copy
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import attrs
import pytest

from authcore.domain.model.accounts import Credentials
from authcore.domain.model.linking import FailurePolicy
from authcore.domain.services.accounts.prediction import predict_linking, predict_native_linking
from authcore.domain.services.accounts.shadow_audit import ShadowAudit
from authcore.domain.services.accounts.sign_up_policy import SignUpPolicy
from authcore.domain.services.accounts.user_migration import UserMigration
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from authcore_lambda import account_linking, pre_sign_up, user_migration
from authcore_lambda.account_linking import AccountLinkingTrigger
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.trigger_event import TriggerEvent
from authcore_lambda.events.types import Event
from authcore_lambda.pre_sign_up import EXTERNAL, SIGN_UP, PreSignUpTrigger
from authcore_lambda.user_migration import UserMigrationTrigger
from support.gate import AMPLE
from unit.account_linking_world import DARCY, World
from unit.pre_sign_up_world import VERIFIED
from unit.pre_sign_up_world import World as SignUpWorld
from unit.test_user_migration_event import event, forgotten
from unit.trigger_world import CANARY, Left, trigger_event
from unit.user_migration_world import BUDGET, MAPPING, PASSWORD, legacy_accounts


LogCapture: TypeAlias = pytest.LogCaptureFixture

CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"


def said(audit: InMemoryAuditLog) -> Sequence[tuple[str, str, str]]:
    return [(each.action, each.outcome, each.reason) for each in audit.events]


# --- migration


def migration_on(accounts: InMemoryLegacyAccounts, audit: InMemoryAuditLog) -> UserMigrationTrigger:
    migration = UserMigration(accounts=accounts, audit=ShadowAudit(audit), attributes=MAPPING)
    return UserMigrationTrigger(migration=lambda *_: migration, budget=BUDGET, observes=True)


@pytest.mark.parametrize(
    ("asked", "outcome", "reason"),
    [
        (event(), "accepted", "ok"),
        (event(password="wrong"), "rejected", "credentials_rejected"),
        (event(username="harriet"), "rejected", "already_linked"),
    ],
)
def test_a_migration_that_observes_authenticates_records_and_creates_no_user(
    asked: Event, outcome: str, reason: str
) -> None:
    audit = InMemoryAuditLog()
    before = copy.deepcopy(asked)

    answered = migration_on(legacy_accounts(), audit)(asked, None)

    assert answered == asked == before
    assert said(audit) == [("user_migration_shadow.authenticate", outcome, reason)]


def test_a_forgotten_password_is_observed_too() -> None:
    audit = InMemoryAuditLog()

    assert migration_on(legacy_accounts(), audit)(forgotten(), None) == forgotten()
    assert said(audit) == [("user_migration_shadow.forgot_password", "accepted", "ok")]


def test_an_outage_is_recorded_and_not_shown_to_the_user() -> None:
    accounts, audit = legacy_accounts(), InMemoryAuditLog()
    accounts.go_down()

    assert migration_on(accounts, audit)(event(), None) == event()
    assert said(audit) == [
        ("user_migration_shadow.authenticate", "unavailable", "legacy_unavailable")
    ]


def test_a_fault_of_a_migration_that_observes_leaves_the_event_unchanged() -> None:
    trigger = UserMigrationTrigger(
        migration=lambda *_: None,  # type: ignore[arg-type]
        budget=BUDGET,
        observes=True,
    )

    assert trigger(event(), None) == event()


# --- linking


def observing(world: World, failures: FailurePolicy = FailurePolicy(blocks=True)) -> Any:  # noqa: B008 - frozen
    audit = ShadowAudit(world.audit)
    linking = predict_linking(attrs.evolve(world.linking, audit=audit))
    return AccountLinkingTrigger(
        linking=lambda *_: linking, audit=audit, budget=AMPLE, failures=failures, observes=True
    )


def test_linking_that_observes_creates_no_account_and_records_that_it_would() -> None:
    world = World()
    asked = trigger_event(CONFIRMED, world.person())
    rows = copy.deepcopy(world.legacy.rows)

    assert observing(world)(asked, Left(120_000)) == asked

    assert (world.legacy.rows, world.legacy_uid()) == (rows, None)
    assert said(world.audit) == [("account_linking_shadow.created", "accepted", "ok")]


def test_linking_that_observes_attaches_nothing_to_the_account_that_it_finds() -> None:
    world = World(email_providers=("Google",))
    asked = trigger_event(CONFIRMED, world.person(email=CANARY, email_verified="true"))

    assert observing(world)(asked, Left(120_000)) == asked

    assert world.legacy.rows["1813"].account == DARCY
    assert world.legacy_uid() is None
    assert said(world.audit) == [("account_linking_shadow.linked", "accepted", "email")]


@pytest.mark.parametrize("creation", ["lease", "once"])
def test_linking_that_observes_takes_no_lease_and_remembers_no_create(creation: Any) -> None:
    world = World()
    world.linking = attrs.evolve(
        world.linking,
        policy=attrs.evolve(world.linking.policy, creation=creation),
        lease=None,  # type: ignore[arg-type]
        intents=None,  # type: ignore[arg-type]
    )

    observing(world)(trigger_event(CONFIRMED, world.person()), Left(120_000))

    assert said(world.audit) == [("account_linking_shadow.created", "accepted", "ok")]


def test_a_user_whose_link_would_fail_is_kept_out_by_no_trigger_that_observes() -> None:
    world = World(email_providers=("Google",))
    row = world.legacy.rows["1813"]
    world.legacy.rows["1813"] = attrs.evolve(row, account=attrs.evolve(DARCY, locked=True))
    asked = trigger_event(CONFIRMED, world.person(email=CANARY, email_verified="true"))

    assert observing(world)(asked, Left(120_000)) == asked

    user = world.directory.find("elizabeth")
    assert user is not None
    assert user.attributes.keys() == {"sub"}
    assert said(world.audit) == [
        ("account_linking_shadow.refused", "rejected", "link_account_locked")
    ]


def test_no_token_names_an_account_whose_link_was_only_predicted() -> None:
    world = World()
    read = TriggerEvent.read(trigger_event(CONFIRMED, world.person()))

    outcome = observing(world).link(read, Deadline(AMPLE, Left(120_000)))

    assert (outcome.status, outcome.legacy_uid) == ("postponed", None)


# --- sign-up


def sign_ups(world: SignUpWorld) -> PreSignUpTrigger:
    audit = ShadowAudit(world.audit)
    native = vars(world.trigger)["_native_linking"]
    policy = SignUpPolicy(accounts=world.accounts, audit=audit)
    return PreSignUpTrigger(
        policy=lambda _: policy,
        native_linking=lambda pool, time: attrs.evolve(
            predict_native_linking(native(pool, time)), audit=audit
        ),
        budget=AMPLE,
        observes=True,
    )


def test_a_sign_up_that_would_be_refused_passes_and_is_recorded() -> None:
    world = SignUpWorld()
    world.accounts.add(DARCY, "Pemberley")
    asked = trigger_event(SIGN_UP, {"email": CANARY}, username="newcomer")

    assert sign_ups(world)(asked, Left(120_000)) == asked
    assert said(world.audit) == [("sign_up_shadow", "rejected", "lives_in_legacy")]


def test_an_outage_keeps_no_user_from_an_observed_sign_up() -> None:
    world = SignUpWorld()
    world.accounts.go_down()
    asked = trigger_event(SIGN_UP, {"email": CANARY}, username="newcomer")

    assert sign_ups(world)(asked, Left(120_000)) == asked
    assert said(world.audit) == [("sign_up_shadow", "unavailable", "legacy_unavailable")]


def test_an_observed_external_user_is_linked_to_no_native_user() -> None:
    world = SignUpWorld()
    world.directory.add("elliot", VERIFIED)
    asked = trigger_event(EXTERNAL, VERIFIED, username="Google_1095")

    assert sign_ups(world)(asked, Left(120_000)) == asked
    assert world.identities() == []
    assert said(world.audit) == [("native_shadow.link", "accepted", "ok")]


# --- what builds them

LEGACY: Final = {
    "AUTHCORE_COGNITO_REGION": "eu-west-1",
    "AUTHCORE_LEGACY_URL": "https://legacy.example",
    "AUTHCORE_LEGACY_API_KEY": "canary-api-key",
    "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
    "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google",
}


@pytest.mark.parametrize(
    ("build", "variable"),
    [
        (user_migration.build_handler, "AUTHCORE_MIGRATION_MODE"),
        (account_linking.build_handler, "AUTHCORE_LINKING_MODE"),
        (pre_sign_up.build_handler, "AUTHCORE_PRE_SIGN_UP_MODE"),
    ],
)
def test_a_trigger_that_observes_says_so_at_its_start(
    build: Any, variable: str, caplog: LogCapture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    trigger = build({**LEGACY, variable: "observe"})

    assert f"{variable}=observe" in caplog.text
    assert vars(trigger)["_observes"]
    assert not vars(build(LEGACY))["_observes"]


def test_credentials_are_sent_to_the_legacy_system_once() -> None:
    asked: list[str] = []

    class Counted(InMemoryLegacyAccounts):
        def authenticate(self, credentials: Credentials) -> Any:
            asked.append(credentials.username)
            return super().authenticate(credentials)

    accounts = Counted()
    accounts.add(DARCY, PASSWORD)

    migration_on(accounts, InMemoryAuditLog())(event(username="darcy"), None)

    assert asked == ["darcy"]
