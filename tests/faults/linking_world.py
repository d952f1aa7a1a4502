"""Who signs in, whom they must and must not become, and what may never be true of the outside."""

from collections.abc import Mapping
from typing import Final, Literal

import attrs

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import Creation, PoolAccount
from faults.outside import LEGACY_UID, Outside, Row


ISSUER: Final = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34E"
EMAIL: Final = "jane@thornfield.example"
USERNAME: Final = "google_1847"
IDENTITY: Final = ExternalIdentity("Google", "1847")

LEGACY_LINKED: Final = "custom:legacy_linked"
PROOFS: Final = LinkProofs((b"k" * 32,), "eu-west-1_Ab12Cd34E")

Scenario = Literal[
    "newcomer",
    "native",
    "migrated",
    "returning",
    "identified",
    "squatted",
    "unverified",
    "reserved",
]
"""
``newcomer``: nobody there.  ``native``: the same, signed up in the pool.  ``migrated``: a native
user whose account's id is in the pool from the beginning.  ``returning``: an account with the same
e-mail address, verified on both sides.  ``identified``: an account with the same identity.
``squatted``: an account with the same address, verified only in the pool; its opener is logged in.
``unverified``: an account with the same address, verified only there.  ``reserved``: ``squatted``,
and no second account can have the address.
"""

SCENARIOS: Final[tuple[Scenario, ...]] = (
    "newcomer",
    "native",
    "migrated",
    "returning",
    "identified",
    "squatted",
    "unverified",
    "reserved",
)


def scenarios_of(mode: Creation) -> tuple[Scenario, ...]:
    """A legacy system that finds nobody by identity has nobody to find by it."""
    return tuple(each for each in SCENARIOS if (mode, each) != ("once", "identified"))


@attrs.frozen
class World:
    """
    One person before an outside, and the people who must not notice.

    Attributes:
        outside: The truth.
        subject: The person's ``sub``.
        native: Whether they signed up in the pool itself.
        partner: The legacy account that is theirs already; None if one must be created.
        strangers: Rows that belong to others, as they were in the beginning.
        resets_access: Whether joining *partner* must throw out whoever opened it.
        migrated: The account that the pool may name before it is named back.
    """

    outside: Outside
    subject: str
    native: bool
    partner: str | None
    strangers: Mapping[str, LegacyAccount]
    resets_access: bool
    migrated: str | None

    def person(self) -> PoolAccount:
        """The person as an event of this moment shows them."""
        user = self.outside.directory.find(USERNAME)
        if user is None:
            raise LookupError("the person left the pool")
        return PoolAccount(
            username=USERNAME,
            subject=self.subject,
            email=user.attributes["email"],
            email_verified=user.attributes["email_verified"] == "true",
            name=None,
            identity=None if self.native else IDENTITY,
            legacy_uid=user.attributes.get(LEGACY_UID),
            statement=user.attributes.get(LEGACY_LINKED),
        )

    def never(self) -> list[str]:
        """What is true now and must not be at any time, in any mode."""
        mine = self.outside.legacy.of(self.subject)
        wrong = ["duplicate account"] if len(mine) > 1 else []
        held = self.written_in_pool()
        named_back = [row.account.legacy_uid for row in mine]
        if held is not None and held not in [*named_back, self.migrated]:
            wrong.append("the pool names an account that does not name the pool user")
        if self._has_proof() and held not in named_back:
            wrong.append("the pool proves a link to an account that does not name the pool user")
        if any(not self._may_be_mine(row) for row in mine):
            wrong.append("somebody else's account")
        if self.resets_access and any(row.open_sessions for row in mine):
            wrong.append("the opener of the account is still logged in")
        return wrong + ["a stranger's account was changed"] * self._strangers_changed()

    def unlinked(self) -> list[str]:
        """What is missing to a person whom both sides know under both ids, exactly once."""
        mine = [row.account.legacy_uid for row in self.outside.legacy.of(self.subject)]
        wrong = [] if len(mine) == 1 else [f"{len(mine)} legacy accounts"]
        if self.partner is not None and mine != [self.partner]:
            wrong.append("not the account they had")
        return wrong + ["the pool lacks the legacy id"] * ([self.written_in_pool()] != mine)

    def written_in_pool(self) -> str | None:
        user = self.outside.directory.find(USERNAME)
        return user.attributes.get(LEGACY_UID) if user else None

    def _has_proof(self) -> bool:
        user = self.outside.directory.find(USERNAME)
        statement = user.attributes.get(LEGACY_LINKED) if user else None
        return PROOFS.is_linked(statement, self.subject, self.written_in_pool())

    def _may_be_mine(self, row: Row) -> bool:
        created = row.account.legacy_uid not in self.strangers
        return row.account.legacy_uid == self.partner or (created and self.partner is None)

    def _strangers_changed(self) -> bool:
        now = {row.account.legacy_uid: row.account for row in self.outside.legacy.rows}
        return any(now[uid] != account for uid, account in self.strangers.items())


def world(mode: Creation, scenario: Scenario) -> World:
    """An outside in which *scenario* is about to begin."""
    outside = Outside(mode)
    verified = "false" if scenario == "unverified" else "true"
    migrated = "2" if scenario == "migrated" else None
    voucher = PROOFS.vouch(_account("2", EMAIL, verified=False))
    named = {LEGACY_UID: migrated, LEGACY_LINKED: voucher} if migrated else {}
    user = outside.directory.add(USERNAME, {"email": EMAIL, "email_verified": verified, **named})
    outside.legacy.add(Row(_account("1", "huck@stpetersburg.example", cognito_id="a-stranger")))
    outside.legacy.unique_addresses = scenario == "reserved"
    partner = _partner(scenario)
    if partner:
        outside.legacy.add(partner)
    mine = "2" if scenario in {"migrated", "returning", "identified"} else None
    rows = {row.account.legacy_uid: row.account for row in outside.legacy.rows}
    return World(
        outside=outside,
        subject=user.subject,
        native=scenario in {"native", "migrated"},
        partner=mine,
        strangers={uid: account for uid, account in rows.items() if uid != mine},
        resets_access=scenario == "returning",
        migrated=migrated,
    )


def _partner(scenario: Scenario) -> Row | None:
    if scenario in {"newcomer", "native"}:
        return None
    if scenario == "identified":
        return Row(_account("2", None), IDENTITY)
    if scenario == "migrated":
        return Row(_account("2", EMAIL, verified=False))
    verified = scenario not in {"squatted", "reserved"}
    return Row(_account("2", EMAIL, verified=verified), open_sessions=1)


def _account(
    uid: str, email: str | None, *, verified: bool = True, cognito_id: str | None = None
) -> LegacyAccount:
    return LegacyAccount(
        legacy_uid=uid,
        username=f"user-{uid}",
        email=email,
        email_verified=verified,
        display_name=None,
        cognito_id=cognito_id,
    )
