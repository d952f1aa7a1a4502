"""What must be possible once every outage is over."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import TYPE_CHECKING, Final

from authcore.domain.model.usernames import LEGACY_UID
from authcore_local.cognito.user_pool.users import PoolUser
from authcore_local.legacy.user_table import Row
from faults.world.people import ACCOUNTS, OWNERS, PEOPLE, WORDS, provider_account
from faults.world.steps import Step, read_step
from faults.world.world import World


if TYPE_CHECKING:
    from faults.world.runs import Walker


CALM: Final = ("sky down clear", "sky wait 120")
"""Longer than leases, pauses between codes and announced creates."""

Way = tuple[Step, ...]


def is_calm(walker: "Walker") -> list[str]:
    """All outages are over, and an operator repairs what can be repaired."""
    for line in (*CALM, "op tidy"):
        walker.take(read_step(line))
        if walker.violations:
            return walker.violations
    return []


def has_a_way_in(walker: "Walker") -> list[str]:
    """I5: in the pool or at the old login, for all who can prove that an account is theirs."""
    world = walker.world
    for userid, person in product([row.userid for row in world.rows()], PEOPLE):
        row = next(each for each in world.rows() if each.userid == userid)
        if person not in _claimants(world, row) or _is_barred(world, row):
            continue
        enters = any(_enters(walker, way, row) for way in _ways(world, person, row))
        if not enters and not _is_squatted(world, person):
            return [f"I5 no way in: {person} into {row.userid}"]
        if walker.violations:
            return walker.violations
    return []


def _is_squatted(world: World, person: str) -> bool:
    """Whether a native user is called as the pool would call an external one of *person*."""
    shown = (provider_account(person, account) for account in ACCOUNTS)
    names = (f"{each.provider}_{each.user_id}" for each in shown)
    found = filter(None, map(world.stand.cognito.users.find, names))
    return any(not user.is_external for user in found)


def _claimants(world: World, row: Row) -> set[str]:
    """Who must get in; of a linked account only those who can be its user at the pool, too."""
    user = _user_of(world, row)
    users = world.stand.cognito.users.all_users()
    barred = {each for other in users if not other.enabled for each in world.holders(other)}
    return world.persons(row) & (world.candidates(user) if user else set(PEOPLE)) - barred


def _is_barred(world: World, row: Row) -> bool:
    user = _user_of(world, row)
    was_ended = user is None and row.cognito_id in world.ended
    return row.locked or was_ended or (user is not None and not user.enabled)


def _user_of(world: World, row: Row) -> PoolUser | None:
    return world.stand.cognito.users.with_subject(row.cognito_id or "")


def _enters(walker: "Walker", way: Way, row: Row) -> bool:
    """Whether *way* leads into *row*; what is not true on it ends the search."""
    said = ""
    for step in way:
        said = walker.take(step)
        if walker.violations:
            return True
    return said in {f"in {row.userid}", f"admitted {row.userid} legacy"}


def _ways(world: World, person: str, row: Row) -> Iterator[Way]:
    """Every way, the usual ones first."""
    user = _user_of(world, row)
    yield from _passwords(person, row.username)
    if user is not None:
        yield from _sign_ins(person, user)
        yield _after_reset(person, user.username)
    for account in sorted(ACCOUNTS, key=lambda each: not _shows_address(person, each, row)):
        yield (read_step(f"{person} provider {account}"),)
    for word in WORDS:
        yield _old_login(person, row, word)
    yield _after_reset(person, row.username)
    yield (read_step(f"{person} mailpass {row.userid} second"), *_old_login(person, row, "second"))


def _shows_address(person: str, account: str, row: Row) -> bool:
    """
    Whether *account* shows that the address of *row* is *person*'s.

    Another one may get a legacy account of the same address, after which no address tells which of
    the two is meant.
    """
    shown = provider_account(person, account)
    return shown.email == row.email and shown.email_verified is True


def _passwords(person: str, name: str) -> Iterator[Way]:
    for word in WORDS:
        yield (read_step(f"{person} password {name} {word}"),)


def _after_reset(person: str, name: str) -> Way:
    lines = (f"forget {name}", f"reset {name} second", f"password {name} second")
    return tuple(read_step(f"{person} {line}") for line in lines)


def _sign_ins(person: str, user: PoolUser) -> Iterator[Way]:
    """Every way in which *person* can sign in as *user*."""
    if not user.is_external:
        yield from _passwords(person, user.username)
    if user.status == "UNCONFIRMED":
        lines = (f"resend {user.username}", f"confirm {user.username}")
        yield (*(read_step(f"{person} {line}") for line in lines), *_password(person, user))
    keys = {each.key for each in user.identities if OWNERS[each.key] == person}
    for account in ACCOUNTS:
        shown = provider_account(person, account)
        if (shown.provider, shown.user_id) in keys:
            yield (read_step(f"{person} provider {account}"),)


def _password(person: str, user: PoolUser) -> Way:
    return (read_step(f"{person} password {user.username} first"),)


def _old_login(person: str, row: Row, word: str) -> Way:
    return (
        read_step(f"{person} login {row.username} {word}"),
        read_step(f"{person} visit cookie"),
    )


def links_heal(walker: "Walker") -> list[str]:
    """I6: after a repair and a sign-in, every link is whole."""
    world = walker.world
    for row in world.rows():
        user = _user_of(world, row)
        if user is None or row.locked or not user.enabled:
            continue
        ways = [way for person in sorted(world.holders(user)) for way in _sign_ins(person, user)]
        if not ways or _is_whole(world, row) or any(_enters(walker, way, row) for way in ways):
            if walker.violations:
                return walker.violations
            continue
        if world.stand.variant.legacy_mode == "none":
            continue  # only an operator can tell whose it is
        return [f"I6 nothing heals the link of {row.userid}"]
    return []


def _is_whole(world: World, row: Row) -> bool:
    user = _user_of(world, row)
    return user is not None and user.attributes.get(LEGACY_UID) == row.userid


Ending = Callable[["Walker"], list[str]]

ENDINGS: Final[tuple[Ending, ...]] = (is_calm, has_a_way_in, links_heal)
