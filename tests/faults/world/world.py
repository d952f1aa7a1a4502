"""The world of one walk: the stand, whose mail goes to whom, and what each person holds."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.session_decision import SessionDecision
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_pool.users import PoolUser
from authcore_local.legacy.user_table import Row
from faults.world.people import (
    ADDRESSES,
    BY_IDENTITY,
    OWNERS,
    PEOPLE,
    SEEDS,
    WORDS,
    password_of,
)
from faults.world.stand import Stand
from faults.world.steps import Step
from faults.world.variants import Variant
from faults.world.weather import Killed


PACE: Final = timedelta(seconds=30)
"""From step to step; longer than the leeway between clocks."""


@attrs.define
class Held:
    """
    A session at the pool, in a person's hands.

    Attributes:
        bearer: Who signed in.
        user: As of the sign-in.
        access: The latest access token.
        identity: The latest ID token.
        refresh: The latest refresh token.
        claims: Of the ID token.
        began: Number of the step of the sign-in.
    """

    bearer: str
    user: PoolUser
    access: str
    identity: str
    refresh: str
    claims: Mapping[str, Any]
    began: int


@attrs.frozen
class Cookie:
    """A session of the old login: whose hands it is in, its token, its account, since when."""

    bearer: str
    token: str
    userid: str
    began: int


@attrs.frozen
class Admission:
    """What the guard said to a request with these; None for what the request did not carry."""

    decision: SessionDecision
    held: Held | None
    cookie: Cookie | None


@attrs.define
class Effects:
    """What a step led to: tokens, decisions of the guard, and faults that fell."""

    issued: list[Held] = attrs.field(factory=list)
    admissions: list[Admission] = attrs.field(factory=list)
    spoilt: list[str] = attrs.field(factory=list)


@attrs.frozen
class Picture:
    """Both systems at one moment: rows by id, users by ``sub``."""

    rows: Mapping[str, Row]
    users: Mapping[str, PoolUser]


class World:
    """
    Persons, mailboxes and both systems.

    Attributes:
        stand: Both systems.
        readers: Who reads the mail to an address.
        sessions: Sessions at the pool, in the order of their sign-ins.
        cookies: Sessions of the old login.
        signed_up: Who signed up under a user name.
        used: Provider accounts that were used, with their owners.
        ended: The step in which an operator last ended the sessions of a ``sub``.
        saved: The pool at an earlier point.
        restored: Links of a pool that was restored or copied, which an operator wanted back; in
            the order of the restores.
        is_copy: Whether the pool is a copy that was not tidied.
        is_fresh_copy: Whether no person has done anything in that copy.
        claimed: Users who wrote what only authcore should, and the ids that they wrote.
        creators: Whose sign-in created an account.
        number: Of the step.
        effects: Of the step.
    """

    def __init__(self, variant: Variant) -> None:
        self.stand = Stand(variant, SEEDS)
        self.readers = {address: address.partition("@")[0] for address in ADDRESSES}
        self.sessions: list[Held] = []
        self.cookies: list[Cookie] = []
        self.signed_up: dict[str, str] = {}
        self.used: set[tuple[str, str]] = set()
        self.ended: dict[str, int] = {}
        self.is_copy = False
        self.is_fresh_copy = False
        self.creators: dict[str, str] = {}
        self.claimed: set[str] = set()
        self.restored: dict[tuple[str, str], None] = {}
        self.saved: tuple[dict[Any, Any], ...] | None = None
        self.number = 0
        self.effects = Effects()
        self._heard = 0

    def take(self, step: Step) -> str:
        """Take *step* and say what came of it."""
        from faults.world.verbs import VERBS

        self.number += 1
        self.effects = Effects()
        self._heard = len(self.stand.audit.events)
        self.stand.clock.advance(PACE)
        between = {
            number: lambda other=other: self._do(VERBS, other)
            for number, other in step.between.items()
        }
        self.stand.weather.begin(step.strikes, between)
        try:
            return self._do(VERBS, step)
        finally:
            self.effects.spoilt = self.stand.weather.spoilt
            self.stand.weather.begin()

    def _do(self, verbs: Mapping[str, Any], step: Step) -> str:
        self.is_fresh_copy = self.is_fresh_copy and step.actor in {"op", "sky"}
        try:
            said: str = verbs[step.verb](self, step.actor, *step.arguments)
        except CognitoError as error:
            return f"refused {error.kind}: {error.shown}"
        except Killed:
            return "killed"
        return said

    @property
    def said(self) -> list[AuditEvent]:
        """What was recorded in this step."""
        return self.stand.audit.events[self._heard :]

    def picture(self) -> Picture:
        """Both systems now."""
        rows = {row.userid: row for row in self.rows()}
        users = {user.subject: user for user in self.stand.cognito.users.all_users()}
        return Picture(rows, users)

    def rows(self) -> list[Row]:
        """Every legacy account that was not deleted."""
        return self.stand.legacy._users.page(0, -1)

    def knowers(self, user: PoolUser) -> set[str]:
        """Who knows the password of *user*."""
        if user.password is None:
            return set()
        return {person for person, word in self._secrets(user.password.matches)}

    def holders(self, user: PoolUser) -> set[str]:
        """Who can sign in as *user*."""
        owners = {OWNERS[each.key] for each in user.identities}
        return owners | (self.knowers(user) if not user.is_external else set())

    def candidates(self, user: PoolUser) -> set[str]:
        """Who can sign in as *user* now, or after a reset by mail."""
        email = user.attributes.get("email")
        mailed = email is not None and user.attributes.get("email_verified") == "true"
        readers = {self.readers[email]} if email and mailed and not user.is_external else set()
        return self.holders(user) | readers

    def persons(self, row: Row) -> set[str]:
        """
        Who can prove that *row*, as it is or was before the step, is theirs: by its password, by
        the mail to its verified address, by a trusted provider's account with this address where it
        is the only account that has it, or by
        an identity that the account has and can be found by.
        """
        matches = self.stand.legacy.passwords.matches
        people = {
            person for person, _ in self._secrets(lambda text: matches(text, row.password_hash))
        }
        if row.email and row.email_verified:
            people.add(self.readers[row.email])
            if sum(other.email == row.email for other in self.rows()) == 1:
                people |= self._vouched(row.email)
        if self.stand.variant.legacy_mode == "none":
            return people
        listed = self.stand.legacy._access.identities(row.userid)
        return people | {OWNERS[identity] for identity in listed}

    def _vouched(self, email: str) -> set[str]:

        trusted = self.stand.variant.email_providers
        return {
            OWNERS[key]
            for key in self.used
            if key[0] in trusted
            and BY_IDENTITY[key].email == email
            and BY_IDENTITY[key].email_verified
        }

    def _secrets(self, matches: Any) -> Iterator[tuple[str, str]]:
        return (
            (person, word)
            for person in PEOPLE
            for word in WORDS
            if matches(password_of(person, word))
        )
