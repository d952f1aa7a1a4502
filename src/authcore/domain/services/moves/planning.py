"""What a run will do with each row of its source."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Protocol

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.account_attributes import (
    email_problem,
    map_fields,
    mapping_problems,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.moves import (
    NewPoolUser,
    PlannedUser,
    SourcePage,
    SourceUser,
    UnreadableRow,
)
from authcore.domain.model.reasons.move_reasons import PlanReason
from authcore.domain.model.usernames import LEGACY_LINKED
from authcore.domain.services.moves.pool_naming import PoolNaming
from authcore.domain.services.moves.pool_schema import FLAGS, RESERVED, PoolSchema
from authcore.ports.move_runs import RunStore
from authcore.ports.user_source import UserSource


_HALVES: Final = re.compile("[\ud800-\udfff]")
"""Lone surrogates."""

OnPage = Callable[[int], None]
"""Told how many rows are planned, after each page."""


class RowRule(Protocol):
    """What else a target demands of a user."""

    def refusal(self, user: NewPoolUser) -> PlanReason | None:
        """Return the reason code why *user* cannot get into the pool this way; None if it can."""


@attrs.frozen(kw_only=True, repr=False, eq=False)
class Planning:
    """
    Decides by the rules of the migration trigger which users a run creates.

    A user whom no code can reach is not created: the old password would no longer move that user,
    and nothing else would let the user in.  Two rows that claim the same are both refused, after
    the last one is read: see ``RunStore.refuse_shared_claims``.  A refused row claims what it
    would have claimed all the same: its legacy id, user name and verified address.  Of two rows
    about one account, of which one is locked, the other must not let the user in, and no user gets
    the name of a refused account.

    Args:
        naming: Of the pool.

        schema: Of the pool.

        mapping: Cognito attribute to legacy field, as of UserMigration.

        proofs: Vouches for each account, so that linking believes it; None, the default, where no
            link is proven.

        row_rule: Of a target that demands more; None by default.

        keeps_hashes: Whether the target takes password hashes; by default they are left out.

        reaches_by_phone: Whether a verified telephone number reaches a user whose address is not
            verified; by default it does not.

        run_id: Of the run, which vouchers name; ``plan_run`` sets it.  None by default.

    Raises:
        ConfigurationError: An attribute that a legacy field may not fill, none for the address
            where the pool needs it, or one that the pool does not have.
    """

    naming: PoolNaming
    schema: PoolSchema
    mapping: Mapping[str, str]
    proofs: LinkProofs | None = None
    row_rule: RowRule | None = None
    keeps_hashes: bool = False
    reaches_by_phone: bool = False
    run_id: str | None = None

    def __attrs_post_init__(self) -> None:
        problems = [
            *mapping_problems(self.mapping),
            *filter(None, [email_problem(self.mapping, self.naming.kind)]),
        ]
        if problems:
            raise ConfigurationError(problems)
        proven = frozenset({LEGACY_LINKED} if self.proofs else ())
        self.schema.require(proven | self.mapping.keys())

    def plan(self, number: int, source: SourceUser) -> PlannedUser:
        """Decide about one user of the source."""
        legacy_uid = _as_text(source.account.legacy_uid)
        claim = f"uid:{legacy_uid}"
        decided = self._decide(source)
        if isinstance(decided, str):
            claims = (claim, *self._claims_of_refused(source, legacy_uid))
            return PlannedUser(number, legacy_uid, None, decided, claims=claims)
        claims = (claim, *self.naming.claims(decided.username, decided.attributes))
        return PlannedUser(number, legacy_uid, decided, claims=claims)

    def plan_unreadable(self, number: int, row: UnreadableRow) -> PlannedUser:
        """Keep a row that is no user; what it tells of an account is claimed all the same."""
        claims: tuple[str, ...] = ()
        if row.account is not None:
            legacy_uid = _as_text(row.account.legacy_uid)
            source = SourceUser(row.account, row.attributes)
            claims = (f"uid:{legacy_uid}", *self._claims_of_refused(source, legacy_uid))
        return PlannedUser(number, None, None, row.reason, row.place, claims)

    def _claims_of_refused(self, source: SourceUser, legacy_uid: str) -> tuple[str, ...]:
        """Return what the user would have had; no name where the pool takes none from the row."""
        account = attrs.evolve(source.account, legacy_uid=legacy_uid)
        attributes = {name: source.attributes[name] for name in source.attributes.keys() - RESERVED}
        if account.email and account.email_verified and "email" in self.mapping:
            attributes |= {"email": account.email, "email_verified": "true"}
        username = self.naming.username(account)
        return self.naming.claims(username, attributes)

    def _decide(self, source: SourceUser) -> NewPoolUser | PlanReason:
        """Return the user to create, or the reason code why none is."""
        account = source.account
        if not _is_text(account.legacy_uid, source.password_hash or ""):
            return "row_text_unusable"
        username = self.naming.username(account)
        reason = _refusal(account) or self._source_refusal(source)
        if username is None or reason is not None:
            return reason or "name_not_allowed"
        password_hash = source.password_hash if self.keeps_hashes else None
        user = NewPoolUser(username, self._attributes(source), password_hash)
        return self._user_refusal(user) or user

    def _source_refusal(self, source: SourceUser) -> PlanReason | None:
        account = source.account
        if not RESERVED.isdisjoint(source.attributes):
            return "attribute_reserved"
        if not self.naming.takes_preferred(source.attributes.get("preferred_username", "")):
            return "name_not_allowed"
        if account.email and account.email_verified and "email" in self.mapping:
            return None
        is_reached_otherwise = (self.keeps_hashes and source.password_hash is not None) or (
            self.reaches_by_phone and _has_verified_phone(source.attributes)
        )
        if self.naming.kind != "email" and is_reached_otherwise:
            return None
        return "email_not_verified" if account.email else "email_missing"

    def _attributes(self, source: SourceUser) -> dict[str, str]:
        account = source.account
        attributes = _given(source.attributes) if source.attributes else {}
        for name, value in map_fields(self.mapping, account).items():
            if value:
                attributes[name] = value
        if "email" in attributes and account.email_verified:
            attributes["email_verified"] = "true"
        if self.proofs is not None:
            attributes[LEGACY_LINKED] = self.proofs.vouch(account, self.run_id)
        return attributes

    def _user_refusal(self, user: NewPoolUser) -> PlanReason | None:
        if not _is_text(user.username, *user.attributes.values()):
            return "row_text_unusable"
        reason = self.schema.refusal(user.attributes)
        if reason is None and self.row_rule is not None:
            reason = self.row_rule.refusal(user)
        return reason


def plan_run(
    source: UserSource, store: RunStore, planning: Planning, on_page: OnPage = lambda _: None
) -> None:
    """
    Plan all rows that *source* has behind the store's cursor, then refuse shared claims.

    A killed run continues at the page after the last one that was kept; a run whose last page is
    kept reads nothing.

    Args:
        source: Read to its end, a page in memory at a time.

        store: A run that has begun and is not planned yet.

        planning: Decides about each row.

        on_page: Told after each page; by default nothing is.

    Raises:
        UnavailableError: The source gave no answer; what was planned is kept.

        ConfigurationError: As of the source and the store.
    """
    number, after = store.cursor()
    if after is not None or number == 0:
        planning = attrs.evolve(planning, run_id=store.run().run_id)
        for page in source.pages(after):
            rows = [*_plan_page(page, number, planning)]
            store.add_page(rows, page.next)
            number += len(rows)
            on_page(number)
    store.refuse_shared_claims()


def _plan_page(page: SourcePage, number: int, planning: Planning) -> Iterator[PlannedUser]:
    for user in page.users:
        number += 1
        yield planning.plan(number, user)
    for row in page.unreadable:
        number += 1
        yield planning.plan_unreadable(number, row)


def _refusal(account: LegacyAccount) -> PlanReason | None:
    if account.locked:
        return "account_locked"
    return "already_linked" if account.cognito_id is not None else None


def _given(attributes: Mapping[str, str]) -> dict[str, str]:
    """Return what has a value, and no flag without the attribute that it is about."""
    return {
        name: value
        for name, value in attributes.items()
        if value and attributes.get(FLAGS.get(name, name))
    }


def _has_verified_phone(attributes: Mapping[str, str]) -> bool:
    return bool(attributes.get("phone_number")) and (
        attributes.get("phone_number_verified") == "true"
    )


def _as_text(legacy_uid: str) -> str:
    """Return an id as every file can hold it; one with half a character is of a refused row."""
    if legacy_uid.isascii():
        return legacy_uid
    return legacy_uid.encode("utf-8", "backslashreplace").decode()


def _is_text(*values: str) -> bool:
    """Whether no value holds half a character, which no file and no call can carry."""
    together = "".join(values)
    return together.isprintable() or not _HALVES.search(together)
