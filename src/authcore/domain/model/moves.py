"""Users on their way into the pool: as a source lists them, as a run plans and creates them."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final, Literal

import attrs

from authcore.domain.model.accounts import LegacyAccount


MAX_SOURCE_PAGE: Final = 1000
"""Users and unreadable rows on one page of a source."""

MAX_CURSOR_LENGTH: Final = 4096
"""Characters of a cursor of a source."""

NO_ATTRIBUTES: Final[Mapping[str, str]] = MappingProxyType({})


@attrs.frozen
class SourceUser:
    """
    One user of a source.

    Attributes:
        account: The account; ``cognito_id`` only where the source knows that its user has moved.
        attributes: Further attributes for the pool, by their names there; none by default.  Never
            ``email``, ``email_verified``, ``sub``, ``custom:legacy_uid`` or
            ``custom:legacy_linked``: those follow from *account*.
        password_hash: As the source stores it; None (the default) where it gives none.
    """

    account: LegacyAccount
    attributes: Mapping[str, str] = attrs.field(default=NO_ATTRIBUTES, repr=False)
    password_hash: str | None = attrs.field(default=None, repr=False)


@attrs.frozen
class UnreadableRow:
    """
    A row that is no user.

    Attributes:
        place: Where it stands, for operators: ``line 12``.  Never what stands there.
        reason: Stable code, e.g. ``row_without_id``.
        account: What the row tells of an account all the same, so that no other row gets its id,
            name or address; None, the default, where it does not tell the id.
        attributes: What it tells of the account's attributes, as of SourceUser: at least
            ``preferred_username`` and the telephone number, which only one user can have; none by
            default.
    """

    place: str
    reason: str
    account: LegacyAccount | None = attrs.field(default=None, repr=False, eq=False)
    attributes: Mapping[str, str] = attrs.field(default=NO_ATTRIBUTES, repr=False, eq=False)


@attrs.frozen
class SourcePage:
    """
    One page of a source.

    Attributes:
        users: At most MAX_SOURCE_PAGE, together with *unreadable*.
        unreadable: Rows of this page that are no users.
        next: Cursor after this page, 1 to 4096 characters; None after the last page.  May be a
            key of the source, so it is not shown.
    """

    users: tuple[SourceUser, ...]
    unreadable: tuple[UnreadableRow, ...]
    next: str | None = attrs.field(repr=False)


@attrs.frozen
class NewPoolUser:
    """
    A user for the pool to create.

    Attributes:
        username: What Cognito gets as ``Username``; where the pool's users sign in with addresses,
            the address.
        attributes: By name, with ``email_verified`` only where the source verified the address.
        password_hash: For an import that takes hashes; None (the default) for none.
    """

    username: str = attrs.field(repr=False)
    attributes: Mapping[str, str] = attrs.field(repr=False)
    password_hash: str | None = attrs.field(default=None, repr=False)


@attrs.frozen
class PlannedUser:
    """
    What a run will do with one row of its source.

    Attributes:
        number: Position in the run, from 1, without gaps; the order never changes.
        legacy_uid: Id of the account; None for an unreadable row.
        user: What to create; None where nothing is.
        reason: ``ok``, or the stable code that says why nothing is created.
        place: See UnreadableRow; None for a user.
        claims: What no other user of the pool may have: user name, verified alias, legacy id, each
            as ``name:jane`` in the form in which the pool compares it.  Of a refused row what it
            would have claimed; of an unreadable one as far as it tells.
    """

    number: int
    legacy_uid: str | None
    user: NewPoolUser | None
    reason: str = "ok"
    place: str | None = None
    claims: tuple[str, ...] = attrs.field(default=(), repr=False)


OutcomeKind = Literal["created", "exists", "refused", "linked", "opened", "undone", "kept"]
"""
What became of a planned user.

``created``: the run created the pool user, and nothing else has happened.  ``exists``: the pool had
a user of this name or address before, which the run does not touch.  ``refused``: the pool refused.
``linked``: created, and both sides store both ids.  ``opened``: created, perhaps linked, and given
a random password that was thrown away, so that "forgot password" works.  ``undone``: created, and
removed by an undo.  ``kept``: created, and an undo left it, because it was used or may have been.
"""


@attrs.frozen
class UserOutcome:
    """
    What became of a planned user.  A later outcome of the same number replaces an earlier one.

    Attributes:
        number: See PlannedUser.
        kind: See OutcomeKind.
        reason: ``ok``, or a stable code that says why.
        subject: ``sub`` of the pool user that the run created; None where it created none.
        modified_at: ``UserLastModifiedDate`` after the run's last write of that user, by the pool's
            clock; None where it is not known.  Aware, UTC.
    """

    number: int
    kind: OutcomeKind
    reason: str = "ok"
    subject: str | None = None
    modified_at: datetime | None = None


RunTarget = Literal["import", "create"]
"""``import``: CSV import jobs.  ``create``: AdminCreateUser, one user after the other."""

RunStage = Literal[
    "planning",
    "planned",
    "executing",
    "executed",
    "linking",
    "linked",
    "opening",
    "opened",
    "undoing",
    "undone",
]
"""How far a run is.  A stage that ends in ``ing`` was begun, and continues."""


@attrs.frozen(kw_only=True)
class Run:
    """
    One move of users of a source into a pool.

    Attributes:
        run_id: ``20261130-7f3a9c``: day, and six random hexadecimal digits.
        source: What is read, without secrets: ``legacy https://legacy.example``, ``sql``, …
        pool_id: Of the pool that receives the users.
        target: How they get there.
        fingerprint: Digest of all that decides what the plan contains; a run continues only under
            the settings that it began with.
        stage: How far it is.
        started_at: Aware, UTC.
    """

    run_id: str
    source: str
    pool_id: str
    target: RunTarget
    fingerprint: str
    stage: RunStage
    started_at: datetime
