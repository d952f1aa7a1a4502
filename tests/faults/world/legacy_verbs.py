"""What persons do at the legacy system's own pages."""

from collections.abc import Callable, Mapping
from typing import Final

from authcore_local.legacy.user_table import Row
from faults.world.people import password_of
from faults.world.world import Cookie, World


NOTHING: Final = "nothing"


def _row(world: World, userid: str) -> Row | None:
    return next((row for row in world.rows() if row.userid == userid), None)


def _own_row(world: World, actor: str, userid: str) -> Row | None:
    """The account, if *actor* can log in to it."""
    row = _row(world, userid)
    if row is None or row.locked:
        return None
    matches = world.stand.legacy.passwords.matches
    secrets = (password_of(actor, word) for word in ("first", "second"))
    return row if any(matches(secret, row.password_hash) for secret in secrets) else None


def log_in(world: World, actor: str, name: str, word: str) -> str:
    """Log in at the old login."""
    userid = world.stand.legacy.opened_by_password(name, password_of(actor, word))
    if userid is None:
        return "refused"
    token = world.stand.legacy.open_session(userid)
    world.cookies.append(Cookie(actor, token, userid, world.number))
    return "done"


def open_account(world: World, actor: str, name: str, address: str, word: str) -> str:
    """Open an account, with any address; it is not verified."""
    if any(row.username == name for row in world.rows()):
        return "refused"
    return world.stand.legacy.sign_up(name, password_of(actor, word), address)


def verify(world: World, actor: str, userid: str) -> str:
    """Follow the link in the mail to the account's address."""
    row = _row(world, userid)
    if row is None or row.email is None or world.readers[row.email] != actor:
        return NOTHING
    world.stand.legacy.verify_email(userid)
    return "done"


def change_address(world: World, actor: str, userid: str, address: str) -> str:
    """Change the address of one's own account to one that one reads."""
    if _own_row(world, actor, userid) is None or world.readers[address] != actor:
        return NOTHING
    system = world.stand.legacy
    system.confirm_email_change(system.request_email_change(userid, address))
    return "done"


def change_password(world: World, actor: str, userid: str, word: str) -> str:
    """Change the password of one's own account."""
    if _own_row(world, actor, userid) is None:
        return NOTHING
    world.stand.legacy.change_password(userid, password_of(actor, word))
    return "done"


def reset_by_mail(world: World, actor: str, userid: str, word: str) -> str:
    """Choose a password with the link that was mailed to the account's address."""
    row = _row(world, userid)
    if row is None or row.email is None or world.readers[row.email] != actor:
        return NOTHING
    system = world.stand.legacy
    token = system.request_password_reset(userid)
    return "done" if system.reset_password(token, password_of(actor, word)) else "refused"


LEGACY_VERBS: Final[Mapping[str, Callable[..., str]]] = {
    "login": log_in,
    "open": open_account,
    "verify": verify,
    "readdress": change_address,
    "repass": change_password,
    "mailpass": reset_by_mail,
}
