"""
What must be true after every step, whoever did what.

I2 in one sentence: a token names an account only while the account names the token's user, and the
account came to name that user in a step in which an actor (at a repair: who can sign in as the
user) could prove at that moment that the account is theirs; see ``World.persons``.  A link that was
made stays the proof until an operator takes it away: who can sign in as the user is the person.
"""

from collections.abc import Callable, Iterator
from typing import Final

from authcore.domain.model.emails import canonical_email
from authcore.domain.model.session_decision import Admitted, LegacyAdmitted
from authcore.domain.model.usernames import LEGACY_UID
from authcore_local.cognito.user_pool.users import PoolUser
from authcore_local.legacy.user_table import Row
from faults.world.operators import OPERATOR_VERBS
from faults.world.steps import Step
from faults.world.world import Admission, Held, Picture, World


Truth = Callable[[World, Step, Picture, Picture], Iterator[str]]

OPERATORS: Final = frozenset(OPERATOR_VERBS) - {"repair", "tidy"}
"""Verbs that change links and rows on purpose."""

LEGACY_OWN: Final = frozenset(("open", "verify", "readdress", "repass", "mailpass", "login"))

HEARD: Final = frozenset(
    ("password", "api", "provider", "signup", "confirm", "forget", "reset", "refresh", "end")
)
"""Verbs after which the audit log says what went wrong; the guard counts, commands say it."""


def one_account_each(world: World, step: Step, before: Picture, now: Picture) -> Iterator[str]:
    """
    I1.  Where the legacy system finds no account by Cognito id, and the pool's write failed, no
    side can be asked for the first one: an operator decides.
    """
    owners = [row.cognito_id for row in now.rows.values() if row.cognito_id]
    if len(owners) > len(set(owners)) and world.stand.variant.legacy_mode != "none":
        yield "I1 one user of the pool has two accounts"
    if step.verbs & {"open", *OPERATORS}:
        return
    for userid in now.rows.keys() - before.rows.keys():
        row = now.rows[userid]
        user = now.users.get(row.cognito_id or "")
        world.creators[userid] = step.actor
        others = [each for each in before.rows.values() if each.userid in now.rows]
        for other in others:
            if user and _is_known(world, user, other):
                yield f"I1 a second account: {userid} beside {other.userid}"


def _is_known(world: World, user: PoolUser, row: Row) -> bool:
    """Whether what *user* shows at a sign-in leads to *row*."""
    listed = world.stand.legacy._access.identities(row.userid)
    by_identity = any(each.key in listed for each in user.identities)
    if world.stand.variant.legacy_mode == "none":
        by_identity = False
    email = _trusted_address(world, user)
    return by_identity or (
        email is not None
        and row.email is not None
        and row.email_verified
        and canonical_email(row.email) == email
    )


def _trusted_address(world: World, user: PoolUser) -> str | None:
    provider = next((each.provider for each in user.identities if each.primary), "Cognito")
    if provider not in world.stand.variant.email_providers:
        return None
    verified = user.attributes.get("email_verified") == "true"
    return canonical_email(user.attributes["email"]) if verified else None


def links_are_proven(world: World, step: Step, before: Picture, now: Picture) -> Iterator[str]:
    """I2, where a link is made; I4, since who proved nothing proved nothing."""
    if step.verbs & OPERATORS:
        return
    for userid in now.rows.keys() & before.rows.keys():
        old, new = before.rows[userid], now.rows[userid]
        if new.cognito_id == old.cognito_id or new.cognito_id is None:
            continue
        if old.cognito_id in before.users:
            yield f"I3 {userid} was taken from its user"
        user = now.users.get(new.cognito_id)
        actors = world.candidates(user) if user and step.actor == "op" else step.actors
        proven = world.persons(old) | {world.creators.get(userid, "")}
        if step.between:
            proven |= world.persons(new)
        if not actors & proven and (userid, new.cognito_id) not in world.restored:
            yield f"I2 {userid} was linked with a user whose person did not prove it"
        if old.locked and step.actor != "op":
            yield f"I3 {userid} was linked while it was locked"


def tokens_are_true(world: World, step: Step, before: Picture, now: Picture) -> Iterator[str]:
    """I2 and I3 of tokens."""
    for held in world.effects.issued:
        yield from _token_wrongs(world, held, now)


def _token_wrongs(world: World, held: Held, now: Picture) -> Iterator[str]:
    userid = held.claims.get(LEGACY_UID)
    if userid is None:
        return
    row = now.rows.get(str(userid))
    if row is None:
        yield "I2 a token names an account that does not exist"
    elif row.locked:
        yield f"I3 a token names {userid}, which is locked"
    elif row.cognito_id is None and (row.userid, held.claims["sub"]) not in world.restored:
        yield f"I2 a token names {userid}, which is not linked"
    elif row.cognito_id not in {None, held.claims["sub"]}:
        yield f"I3 a token names {userid}, which belongs to another user"


def guard_answers_are_true(
    world: World, step: Step, before: Picture, now: Picture
) -> Iterator[str]:
    """I3 of the guard."""
    for admission in world.effects.admissions:
        decision = admission.decision
        if isinstance(decision, Admitted | LegacyAdmitted):
            yield from _admission_wrongs(world, admission, decision, now)


def _admission_wrongs(
    world: World, admission: Admission, decision: Admitted | LegacyAdmitted, now: Picture
) -> Iterator[str]:
    user = decision.user
    row = now.rows.get(user.legacy_uid or "")
    if row and row.locked:
        yield f"I3 the guard answers {row.userid}, which is locked"
    began = admission.held.began if isinstance(decision, Admitted) and admission.held else None
    if isinstance(decision, LegacyAdmitted) and admission.cookie:
        began = admission.cookie.began
        if admission.cookie.userid != user.legacy_uid:
            yield "I3 the guard answers an account that the cookie is not of"
    elif user.legacy_uid and not (row and _names(world, row, user.subject)):
        yield f"I3 the guard answers {user.legacy_uid} for a user that it does not name"
    ended = world.ended.get(user.subject or "")
    if ended is not None and began is not None and began < ended:
        yield "I3 the guard admits a session that an operator ended"


def _names(world: World, row: Row, subject: str | None) -> bool:
    if row.cognito_id is None:
        return (row.userid, subject) in world.restored
    return row.cognito_id == subject


def rows_of_others_stay(world: World, step: Step, before: Picture, now: Picture) -> Iterator[str]:
    """I4: what is done at the pool changes no legacy account but by a link."""
    if step.verbs & (OPERATORS | LEGACY_OWN):
        return
    for userid in before.rows.keys() - now.rows.keys():
        yield f"I4 {userid} is gone"
    for userid in before.rows.keys() & now.rows.keys():
        old, new = before.rows[userid], now.rows[userid]
        if (old.username, old.email, old.email_verified) != (
            new.username,
            new.email,
            new.email_verified,
        ):
            yield f"I4 {userid} was changed"
        if old.password_hash != new.password_hash and old.cognito_id == new.cognito_id:
            yield f"I4 the password of {userid} was changed"


def links_stay(world: World, step: Step, before: Picture, now: Picture) -> Iterator[str]:
    """I6, until an operator or a client changes it."""
    if step.verbs & (OPERATORS | {"claim"}):
        return
    for userid, row in before.rows.items():
        user = before.users.get(row.cognito_id or "")
        if user is None or user.attributes.get(LEGACY_UID) != userid or row.locked:
            continue
        after = now.users.get(user.subject)
        if userid not in now.rows or now.rows[userid].cognito_id != user.subject:
            yield f"I6 {userid} does not name its user any more"
        is_known = world.stand.variant.legacy_mode != "none"
        if is_known and (after is None or after.attributes.get(LEGACY_UID) != userid):
            yield f"I6 the user of {userid} lost its id"


def refusals_are_recorded(world: World, step: Step, before: Picture, now: Picture) -> Iterator[str]:
    """I7."""
    said = world.said
    for event in said:
        needs_detail = event.outcome not in {"accepted", "rejected"}
        if needs_detail and event.detail is None and event.reason != "lease_held":
            yield f"I7 no detail: {event.action} {event.reason}"
    spoilt = world.effects.spoilt
    was_killed = any(each.endswith("killed") for each in spoilt)
    is_silent = all(event.outcome == "accepted" for event in said)
    if step.verb in HEARD and spoilt and not was_killed and is_silent:
        yield f"I7 no line about an outage: {' '.join(spoilt)}"


TRUTHS: Final[tuple[Truth, ...]] = (
    one_account_each,
    links_are_proven,
    tokens_are_true,
    guard_answers_are_true,
    rows_of_others_stay,
    links_stay,
    refusals_are_recorded,
)
