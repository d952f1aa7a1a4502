"""Which users a run creates, by the rules of the migration trigger."""

from collections.abc import Iterator
from typing import Any, get_args

import attrs
import pytest

from authcore.domain.errors import ConfigurationError, LegacyUnavailableError
from authcore.domain.model.accounts import PoolKind
from authcore.domain.model.moves import SourcePage, SourceUser, UnreadableRow
from authcore.domain.model.reasons.move_reasons import PLAN_REASONS, PlanReason
from authcore.domain.model.usernames import LEGACY_LINKED
from authcore.domain.services.accounts.user_migration import UserMigration
from authcore.domain.services.moves.planning import Planning, plan_run
from authcore.domain.services.moves.pool_naming import PoolNaming
from authcore.testing.contracts.move_runs import RUN
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from authcore.testing.fakes.move_runs import InMemoryRun
from authcore.testing.fakes.user_source import InMemoryUserSource
from unit.migration_world import EMMA, MAPPING
from unit.move_world import PROOFS, PagedSource, account, import_rows, planning_for, pool_of


def _reason(planning: Planning, given: SourceUser) -> str:
    return planning.plan(1, given).reason


def _emma(**changes: Any) -> SourceUser:
    return SourceUser(attrs.evolve(EMMA, **changes))


def test_a_user_gets_what_the_migration_trigger_would_give() -> None:
    accounts = InMemoryLegacyAccounts()
    accounts.add(EMMA, "Box-Hill-1815")
    trigger = UserMigration(
        accounts=accounts, audit=InMemoryAuditLog(), attributes=MAPPING, proofs=PROOFS
    )
    moved = trigger.forgot_password("emma")

    planned = planning_for(proofs=PROOFS).plan(7, SourceUser(EMMA))

    assert moved is not None
    assert planned.user is not None
    assert planned.user.attributes == moved.attributes
    assert (planned.number, planned.legacy_uid, planned.user.username) == (7, "1815", "emma")
    assert (planned.reason, planned.place) == ("ok", None)


def test_linking_believes_what_a_run_states_about_the_account() -> None:
    user = planning_for(proofs=PROOFS).plan(1, SourceUser(EMMA)).user

    assert user is not None
    voucher = PROOFS.voucher(user.attributes[LEGACY_LINKED])
    assert voucher is not None
    assert voucher.legacy_uid == "1815"
    assert PROOFS.is_unchanged(voucher, EMMA)


@pytest.mark.parametrize(
    ("kind", "username"),
    [("username", "emma"), ("email", "emma@hartfield.example"), ("alias", "emma")],
)
def test_each_kind_of_pool_names_users_its_way(kind: PoolKind, username: str) -> None:
    user = planning_for(kind).plan(1, SourceUser(EMMA)).user

    assert user is not None
    assert user.username == username


def test_a_name_that_an_alias_pool_refuses_is_derived_from_the_legacy_id() -> None:
    user = planning_for("alias").plan(1, _emma(username="emma@hartfield.example")).user

    assert user is not None
    assert user.username == "legacy-1815"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"locked": True}, "account_locked"),
        ({"locked": True, "cognito_id": "sub"}, "account_locked"),
        ({"cognito_id": "sub"}, "already_linked"),
        ({"email": None, "email_verified": False}, "email_missing"),
        ({"email": "", "email_verified": True}, "email_missing"),
        ({"email_verified": False}, "email_not_verified"),
        ({"username": "emma woodhouse"}, "name_not_allowed"),
        ({"username": ""}, "name_not_allowed"),
        ({"username": "e" * 129}, "name_not_allowed"),
        ({"email": "emma@hartfield", "email_verified": True}, "attribute_not_valid"),
        ({"display_name": "E" * 2_049}, "attribute_too_long"),
        ({"display_name": "\ud83d"}, "row_text_unusable"),
        ({"legacy_uid": "\udc00"}, "row_text_unusable"),
    ],
)
def test_an_account_is_refused_with_a_reason(changes: dict[str, Any], reason: str) -> None:
    planned = planning_for().plan(1, _emma(**changes))

    assert (planned.reason, planned.user) == (reason, None)
    assert planned.claims[0] == f"uid:{planned.legacy_uid}"
    assert planned.legacy_uid in ("1815", r"\udc00")


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"given_name": "Emma"}, "ok"),
        ({"given_name": ""}, "ok"),
        ({"website": "https://hartfield.example"}, "attribute_not_in_pool"),
        ({"email": "mr@hartfield.example"}, "attribute_reserved"),
        ({"email_verified": "true"}, "attribute_reserved"),
        ({"sub": "sub"}, "attribute_reserved"),
        ({LEGACY_LINKED: "linked.x"}, "attribute_reserved"),
        ({"custom:short": "abcd"}, "attribute_too_long"),
        ({"custom:short": "a"}, "attribute_not_valid"),
        ({"custom:age": "21"}, "ok"),
        ({"custom:age": "21 years"}, "attribute_not_valid"),
        ({"phone_number": "+441483000000", "phone_number_verified": "true"}, "ok"),
        ({"phone_number": "01483 000000"}, "attribute_not_valid"),
        ({"phone_number": "+441483000000", "phone_number_verified": "yes"}, "attribute_not_valid"),
        ({"phone_number_verified": "true"}, "ok"),
        ({"birthdate": "1793-03-01"}, "ok"),
        ({"birthdate": "03/01/1793"}, "attribute_not_valid"),
    ],
)
def test_attributes_of_the_source_must_fit_the_pool(
    attributes: dict[str, str], reason: str
) -> None:
    assert _reason(planning_for(), SourceUser(EMMA, attributes)) == reason


def test_a_verified_flag_without_its_attribute_is_left_out() -> None:
    given = SourceUser(EMMA, {"phone_number_verified": "true", "given_name": ""})

    user = planning_for().plan(1, given).user

    assert user is not None
    assert {*user.attributes} == {"email", "email_verified", "name", "custom:legacy_uid"}


def test_a_required_attribute_that_is_missing_refuses_the_user() -> None:
    schema = dict(pool_of("username").attributes)
    schema["given_name"] = attrs.evolve(schema["given_name"], is_required=True)
    planning = planning_for(attributes=schema)

    assert _reason(planning, SourceUser(EMMA)) == "required_attribute_missing"
    assert _reason(planning, SourceUser(EMMA, {"given_name": "Emma"})) == "ok"


UNVERIFIED = attrs.evolve(EMMA, email_verified=False)
PHONE = {"phone_number": "+441483000000", "phone_number_verified": "true"}


def test_a_verified_telephone_number_reaches_a_user_where_the_target_takes_it() -> None:
    assert _reason(planning_for(), SourceUser(UNVERIFIED, PHONE)) == "email_not_verified"

    planned = planning_for(reaches_by_phone=True).plan(1, SourceUser(UNVERIFIED, PHONE))

    assert planned.user is not None
    assert "email_verified" not in planned.user.attributes
    assert planned.claims == ("uid:1815", "name:emma", "phone:+441483000000")


def test_a_kept_password_lets_a_user_in_whom_no_code_reaches() -> None:
    given = SourceUser(UNVERIFIED, password_hash="$2b$10$hash")

    assert _reason(planning_for(), given) == "email_not_verified"
    kept = planning_for(keeps_hashes=True).plan(1, given).user
    assert kept is not None
    assert kept.password_hash == "$2b$10$hash"


@pytest.mark.parametrize("attributes", [{}, PHONE])
def test_an_unverified_address_is_never_a_name_in_a_pool_of_addresses(
    attributes: dict[str, str],
) -> None:
    given = SourceUser(UNVERIFIED, attributes, password_hash="$2b$10$hash")

    planning = planning_for("email", keeps_hashes=True, reaches_by_phone=True)
    assert _reason(planning, given) == "email_not_verified"


def test_hashes_are_left_out_where_the_target_takes_none() -> None:
    user = planning_for().plan(1, SourceUser(EMMA, password_hash="$2b$10$hash")).user

    assert user is not None
    assert user.password_hash is None


def test_a_target_may_demand_more() -> None:
    assert _reason(planning_for(row_rule=import_rows()), _emma(display_name='"Emma"')) == (
        "value_not_in_csv"
    )


@pytest.mark.parametrize(
    ("kind", "case_sensitive", "claims"),
    [
        ("username", True, ("uid:1815", "name:Emma", "email:emma@hartfield.example")),
        ("username", False, ("uid:1815", "name:emma", "email:emma@hartfield.example")),
        ("email", True, ("uid:1815", "email:emma@hartfield.example")),
        ("alias", False, ("uid:1815", "name:emma", "email:emma@hartfield.example")),
    ],
)
def test_names_are_claimed_as_the_pool_compares_them_and_addresses_without_case(
    kind: PoolKind, case_sensitive: bool, claims: tuple[str, ...]
) -> None:
    planning = planning_for(kind, is_case_sensitive=case_sensitive)

    given = _emma(username="Emma", email="Emma@Hartfield.example")
    assert planning.plan(1, given).claims == claims


def test_a_preferred_user_name_is_claimed_where_it_is_an_alias() -> None:
    given = SourceUser(EMMA, {"preferred_username": "miss-w"})

    assert "name:miss-w" not in planning_for().plan(1, given).claims
    with_alias = planning_for(aliases=frozenset({"preferred_username"}))
    assert "name:miss-w" in with_alias.plan(1, given).claims


@pytest.mark.parametrize(
    "preferred", ["harriet@hartfield.example", "+441483000000", "legacy-1816", "Legacy-1816"]
)
def test_a_preferred_user_name_is_refused_where_another_user_could_be_meant(
    preferred: str,
) -> None:
    given = SourceUser(EMMA, {"preferred_username": preferred})
    aliases = frozenset({"preferred_username", "phone_number", "email"})

    assert _reason(planning_for("alias", aliases=aliases), given) == "name_not_allowed"
    assert _reason(planning_for(), given) == "ok"


def test_a_name_like_a_telephone_number_is_refused_where_that_is_an_alias() -> None:
    aliases = frozenset({"phone_number"})

    assert _reason(planning_for(aliases=aliases), _emma(username="+441483")) == "name_not_allowed"
    assert _reason(planning_for(), _emma(username="+441483")) == "ok"


@pytest.mark.parametrize("mapping", [{"email": "email", "website": "display_name"}, {"email": "x"}])
def test_a_field_that_may_not_fill_an_attribute_ends_planning(mapping: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        planning_for(mapping=mapping)


def test_every_attribute_that_all_users_get_must_be_in_the_pool() -> None:
    schema = dict(pool_of("username").attributes)
    del schema[LEGACY_LINKED], schema["name"]

    with pytest.raises(ConfigurationError) as raised:
        planning_for(attributes=schema, proofs=PROOFS)
    assert [each.split(":", 1)[0] for each in raised.value.problems] == [
        "the pool has no attribute custom",
        "the pool has no attribute name",
    ]


def test_settings_that_describe_another_pool_end_planning() -> None:
    with pytest.raises(ConfigurationError) as raised:
        PoolNaming.of(pool_of("alias"), said_kind="email", said_case_sensitive=False)
    assert len(raised.value.problems) == 2


def test_a_pool_of_telephone_numbers_alone_ends_planning() -> None:
    with pytest.raises(ConfigurationError, match="telephone"):
        PoolNaming.of(
            pool_of("username", sign_in_names=frozenset({"phone_number"})),
            said_kind="username",
            said_case_sensitive=True,
        )


def test_every_reason_has_a_sentence() -> None:
    assert {*get_args(PlanReason)} == {*PLAN_REASONS}


@pytest.fixture
def store() -> InMemoryRun:
    store = InMemoryRun()
    store.begin(RUN)
    return store


def _users(*numbers: int, **changes: Any) -> list[SourceUser]:
    return [SourceUser(account(each, **changes)) for each in numbers]


def test_each_voucher_names_the_run(store: InMemoryRun) -> None:
    plan_run(PagedSource(_users(1)), store, planning_for(proofs=PROOFS))

    (planned,) = store.planned()
    assert planned.user is not None
    voucher = PROOFS.voucher(planned.user.attributes[LEGACY_LINKED])
    assert voucher is not None
    assert voucher.run_id == store.run().run_id


def test_a_run_plans_every_row_in_order(store: InMemoryRun) -> None:
    told: list[int] = []
    source = PagedSource(_users(1, 2), _users(3, locked=True), _users(4))

    plan_run(source, store, planning_for(), told.append)

    assert [(each.number, each.legacy_uid, each.reason) for each in store.planned()] == [
        (1, "1", "ok"),
        (2, "2", "ok"),
        (3, "3", "account_locked"),
        (4, "4", "ok"),
    ]
    assert told == [2, 3, 4]


def test_a_row_that_is_no_user_is_kept_with_its_place(store: InMemoryRun) -> None:
    class Unreadable(PagedSource):
        def pages(self, after: str | None = None) -> Iterator[SourcePage]:
            yield SourcePage(
                (SourceUser(EMMA),), (UnreadableRow("line 3", "row_without_id"),), None
            )

    plan_run(Unreadable(), store, planning_for())

    _, row = store.planned()
    assert (row.number, row.legacy_uid, row.reason, row.place) == (
        2,
        None,
        "row_without_id",
        "line 3",
    )


@pytest.mark.parametrize(
    ("taken", "reason"),
    [
        ({"legacy_uid": "7"}, "claimed_twice"),
        ({"username": "Jane"}, "claimed_twice"),
        ({"email": "JANE@x.example"}, "claimed_twice"),
        ({}, "ok"),
    ],
)
def test_what_a_row_that_is_no_user_tells_no_other_row_gets(
    store: InMemoryRun, taken: dict[str, Any], reason: str
) -> None:
    jane = account(7, username="jane", email="jane@x.example")
    row = UnreadableRow("line 2", "row_flag_unusable", jane)
    source = InMemoryUserSource([row, SourceUser(attrs.evolve(EMMA, **taken))])

    plan_run(source, store, planning_for(is_case_sensitive=False))

    assert {each.reason for each in store.planned()} == {"row_flag_unusable", reason}


@pytest.mark.parametrize(
    "other",
    [SourceUser(attrs.evolve(EMMA, username="Joe")), SourceUser(EMMA, PHONE)],
    ids=["name", "phone"],
)
def test_a_further_name_of_a_row_that_is_no_user_no_other_row_gets(
    store: InMemoryRun, other: SourceUser
) -> None:
    told = {"preferred_username": "joe", **PHONE}
    row = UnreadableRow("line 2", "row_flag_unusable", account(7), told)
    aliases = frozenset({"preferred_username"})

    plan_run(
        InMemoryUserSource([row, other]),
        store,
        planning_for(aliases=aliases, is_case_sensitive=False),
    )

    assert [each.reason for each in store.planned()] == ["claimed_twice", "row_flag_unusable"]


def test_users_of_one_verified_address_or_name_are_all_refused(store: InMemoryRun) -> None:
    twice = {"email": "shared@hartfield.example"}
    source = PagedSource(
        [*_users(1), *_users(2, **twice), *_users(3, username="emma")],
        [*_users(4, email="Shared@hartfield.example"), *_users(5, username="emma"), *_users(6)],
    )

    plan_run(source, store, planning_for())

    assert [each.legacy_uid for each in store.planned() if each.reason == "claimed_twice"] == [
        "2",
        "3",
        "4",
        "5",
    ]


def test_of_two_rows_about_one_account_a_refused_one_keeps_the_other_out(
    store: InMemoryRun,
) -> None:
    source = PagedSource([*_users(1, locked=True), *_users(2)], [*_users(1)])

    plan_run(source, store, planning_for())

    assert [each.reason for each in store.planned()] == ["account_locked", "ok", "claimed_twice"]


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        ({"locked": True}, "account_locked"),
        ({"cognito_id": "sub-of-jane"}, "already_linked"),
        ({"email_verified": False}, "email_not_verified"),
        ({"email": None}, "email_missing"),
        ({"legacy_uid": "\ud800"}, "row_text_unusable"),
        ({"display_name": "x" * 2_049}, "attribute_too_long"),
    ],
)
def test_no_user_gets_in_under_the_name_of_a_refused_account(
    store: InMemoryRun, refused: dict[str, Any], reason: str
) -> None:
    jane = SourceUser(account(1, **{"username": "Jane", **refused}))
    source = PagedSource([jane], [*_users(2, username="jane")])

    plan_run(source, store, planning_for(is_case_sensitive=False))

    assert [each.reason for each in store.planned()] == [reason, "claimed_twice"]


@pytest.mark.parametrize(
    ("verified", "reason"), [(True, "claimed_twice"), (False, "ok")], ids=["verified", "not"]
)
def test_a_refused_account_claims_the_address_that_it_has_verified(
    store: InMemoryRun, verified: bool, reason: str
) -> None:
    shared = {"email": "shared@hartfield.example"}
    refused = _users(1, locked=True, email_verified=verified, **shared)
    source = PagedSource([*refused, *_users(2, **shared)])

    plan_run(source, store, planning_for())

    assert [each.reason for each in store.planned()] == ["account_locked", reason]


def test_a_refused_row_claims_a_second_name_and_a_telephone_number_too(
    store: InMemoryRun,
) -> None:
    known = {"phone_number": "+44", "phone_number_verified": "true"}
    named = {"preferred_username": "Jane"}
    source = PagedSource(
        [
            SourceUser(account(1, locked=True), {**known, **named}),
            SourceUser(account(2), {**named}),
            SourceUser(account(3), {**known, "preferred_username": "other"}),
            SourceUser(account(4), {"preferred_username": "four"}),
        ]
    )

    plan_run(source, store, planning_for(aliases=frozenset({"preferred_username"})))

    reasons = [each.reason for each in store.planned()]
    assert reasons == ["account_locked", "claimed_twice", "claimed_twice", "ok"]


def test_an_address_that_a_source_may_not_give_is_not_claimed(store: InMemoryRun) -> None:
    taken = {"email": "user-2@hartfield.example", "email_verified": "true"}
    source = PagedSource([SourceUser(account(1), taken), *_users(2)])

    plan_run(source, store, planning_for())

    assert [each.reason for each in store.planned()] == ["attribute_reserved", "ok"]


class _FailingSource(PagedSource):
    def pages(self, after: str | None = None) -> Iterator[SourcePage]:
        pages = super().pages(after)
        yield next(pages)
        raise LegacyUnavailableError("the legacy system gave no answer")


def test_a_run_continues_behind_the_last_page_that_was_kept(store: InMemoryRun) -> None:
    pages = (_users(1, 2), _users(3), _users(4))
    with pytest.raises(LegacyUnavailableError):
        plan_run(_FailingSource(*pages), store, planning_for())
    assert store.cursor() == (2, "1")

    source = PagedSource(*pages)
    plan_run(source, store, planning_for())

    assert source.asked == ["1"]
    assert [each.legacy_uid for each in store.planned()] == ["1", "2", "3", "4"]


def test_a_complete_plan_reads_nothing_more(store: InMemoryRun) -> None:
    source = PagedSource(_users(1, 2))
    plan_run(source, store, planning_for())
    before = [*store.planned()]

    plan_run(source, store, planning_for())

    assert source.asked == [None]
    assert [*store.planned()] == before


def test_an_id_with_half_a_character_refuses_a_user_whose_name_would_follow_from_it() -> None:
    row = SourceUser(account(1, legacy_uid="\udc00", username="emma woodhouse"))

    assert planning_for("alias").plan(1, row).reason == "row_text_unusable"


def test_a_hash_with_half_a_character_refuses_its_user() -> None:
    row = SourceUser(account(1), {}, "\ud800")
    planning = planning_for(keeps_hashes=True, row_rule=import_rows(hash_column="custom:short"))

    assert planning.plan(1, row).reason == "row_text_unusable"
