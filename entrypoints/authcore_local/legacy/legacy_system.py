"""A legacy system: its users, its HTTP API, and what its users do there."""

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Final

import attrs
from starlette.applications import Starlette
from starlette.routing import Mount

from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.ports.system import Clock, Entropy
from authcore_local.flow import Actor, FlowLog
from authcore_local.legacy.account_access import Access
from authcore_local.legacy.http_api import Behaviour, LegacyCall, LegacyHttp
from authcore_local.legacy.link_lookup import Links, Mode
from authcore_local.legacy.old_login import OldLogin
from authcore_local.legacy.operations import Operations, authenticate
from authcore_local.legacy.outbox import Outbox, Send
from authcore_local.legacy.password_hashing import PasswordHashing
from authcore_local.legacy.pool_passwords import PoolPasswords
from authcore_local.legacy.pool_updates import PoolUpdates
from authcore_local.legacy.profile_page import ProfilePages
from authcore_local.legacy.seed_dialect import SeedDialect
from authcore_local.legacy.seed_users import SeedUser
from authcore_local.legacy.site import LegacySite, LoginForm
from authcore_local.legacy.sqlite_database import Store
from authcore_local.legacy.user_table import NewUser, Row, UserTable


MAX_CALLS_KEPT: Final = 1000

CALLERS: Final[Mapping[str, Actor]] = {
    "/api/session": "guard",
    "/api/session/end": "auth",
    "/api/cognito_helper/profiles": "auth",
}
"""Callers by path; all other calls come from functions."""


@attrs.frozen
class StoredAccount:
    """
    Everything the legacy system holds about one user.

    Attributes:
        userid: The primary key.
        username: The login name.
        email: None where there is none.
        email_verified: Whether the user proved control of *email* there.
        display_name: For greetings.
        cognito_id: ``sub``, once linked.
        locked: The user may not sign in.
        has_password: Whether any password opens the account.
        identities: Provider and user id of each.
        pending_email: New address of a pending e-mail change.
    """

    userid: str
    username: str
    email: str | None
    email_verified: bool
    display_name: str | None
    cognito_id: str | None
    locked: bool
    has_password: bool
    identities: tuple[tuple[str, str], ...]
    pending_email: str | None


class LegacySystem:
    """
    Stores users, checks passwords, answers the legacy HTTP API, and can misbehave on request.

    ``app`` is the ASGI application.
    """

    def __init__(
        self,
        users: Iterable[SeedUser],
        api_key: str,
        *,
        mode: Mode = "unique",
        unique_emails: bool = False,
        insecure_get_dialect: bool = False,
        flow: FlowLog | None = None,
        entropy: Entropy | None = None,
        clock: Clock | None = None,
        database: str = ":memory:",
        cms_url: str | None = None,
        pool_passwords: PoolPasswords | None = None,
        send: Send | None = None,
    ) -> None:
        """
        Create the system with *users*.

        Args:
            users: Put into the table at once; their passwords are hashed first.

            api_key: What callers show in ``X-Api-Key``.

            mode: Its guarantees about creates and look-ups.

            unique_emails: Whether it refuses an account with the address of another one.

            insecure_get_dialect: Whether the seed's GET forms are answered too.

            flow: Records calls.

            entropy: For salts and tokens; the system's by default.

            clock: For the begin of sessions; the system's by default.

            database: SQLite file; in memory by default.

            cms_url: Link target of its own pages; None for no link.

            pool_passwords: Of users who moved; None where its own pages ask its own hashes only.
            send: Tells the auth service of changed accounts; None where it need not know.
        """
        entropy = entropy or SystemEntropy()
        store = Store(database)
        self.passwords: PasswordHashing = PasswordHashing(entropy)
        self._users = UserTable(store)
        self._access = Access(store, entropy, clock or SystemClock())
        for user in users:
            self._users.put(user, self.passwords.hash(user.password) if user.password else None)
        self._lock = threading.Lock()
        self._calls: deque[LegacyCall] = deque(maxlen=MAX_CALLS_KEPT)
        self._flow = flow
        self._login_form = LoginForm()
        self._outbox = Outbox(store, entropy, send)
        links = Links(store, self._users, self._access, mode, unique_emails=unique_emails)
        updates = PoolUpdates(self._users, self._outbox, unique_emails=unique_emails)
        self._http = LegacyHttp(
            (*Operations(self._users, links, self._access, self.passwords).all, updates.operation),
            api_key,
            self._note,
            SeedDialect(links, self.passwords) if insecure_get_dialect else None,
            self._pages(cms_url, pool_passwords),
        )
        self.app: Starlette = self._http.app

    @property
    def calls(self) -> list[LegacyCall]:
        """The last MAX_CALLS_KEPT calls, oldest first."""
        with self._lock:
            return list(self._calls)

    def behave(self, behaviour: Behaviour) -> None:
        """Answer like this from now on; the default is ``honest``."""
        self._http.behaviour = behaviour

    def close_login(self, successor: str) -> None:
        """Show a link to *successor* in place of the form; open sessions stay."""
        self._login_form.successor = successor

    def accounts(self) -> list[StoredAccount]:
        """All users, in the order of their arrival."""
        return [self._account_of(row) for row in self._users.page(0, -1)]

    def account(self, userid: str) -> StoredAccount | None:
        """One user."""
        rows = self._users.where("userid", userid)
        return self._account_of(rows[0]) if rows else None

    def sessions(self, userid: str) -> list[str]:
        """Tokens of all open sessions of one user."""
        return self._access.sessions(userid)

    def sign_up(
        self, username: str, password: str, email: str | None, *, email_verified: bool = False
    ) -> str:
        """Create a user, as any visitor may, and return the id."""
        hashed = self.passwords.hash(password)
        user = NewUser(
            username=username, email=email, email_verified=email_verified, password_hash=hashed
        )
        return self._users.insert(user).userid

    def link(self, userid: str, cognito_id: str) -> None:
        """Store *cognito_id*, as if linking had attached it."""
        self._users.set_cognito_id(userid, cognito_id)

    def set_locked(self, userid: str, *, locked: bool) -> None:
        """Lock the account or unlock it, as an administrator may."""
        self._users.set_locked(userid, locked=locked)

    def delete_account(self, userid: str) -> None:
        """Delete the account, as its user or an administrator may."""
        self._users.delete(userid)

    def verify_email(self, userid: str) -> None:
        """Follow the link in the mail to the account's address."""
        self._access.verify_email(userid)

    def request_password_reset(self, userid: str) -> str:
        """Return the token that is mailed to the account's address."""
        return self._access.request_password_reset(userid)

    def reset_password(self, token: str, password: str) -> bool:
        """Return whether *token* was valid; then *password* is set and the address verified."""
        return self._access.reset_password(token, self.passwords.hash(password))

    def change_password(self, userid: str, password: str) -> None:
        """Set another password, as a user with a session may."""
        self._access.change_password(userid, self.passwords.hash(password))

    def open_session(self, userid: str) -> str:
        """Open a session and return its token."""
        return self._access.open_session(userid)

    def end_session(self, token: str) -> None:
        """End the session of *token*; do nothing without one."""
        self._access.end_session(token)

    def request_email_change(self, userid: str, email: str) -> str:
        """Return the token that is mailed to *email*."""
        return self._access.request_email_change(userid, email)

    def confirm_email_change(self, token: str) -> bool:
        """Return whether *token* was valid; then the address is changed and verified."""
        return self._access.confirm_email_change(token)

    def send_messages(self) -> bool:
        """Send the messages that are kept; whether all were received."""
        return self._outbox.send()

    def change_name(self, userid: str, name: str) -> bool:
        """Change the name, as a user with a session may; whether the auth service knows."""
        with self._users.transaction():
            self._users.set_display_name(userid, name)
            self._outbox.add(userid)
        return self._outbox.send()

    def add_identity(self, userid: str, provider: str, user_id: str) -> None:
        """Add an identity, as a user with a session may."""
        self._access.add_identity(userid, provider, user_id)

    def opened_by_password(self, username: str, password: str) -> str | None:
        """Return the user id that this password authenticates; None without one."""
        row = authenticate(username, password, self._users, self.passwords)
        return row.userid if row else None

    def opened_by_identity(self, provider: str, user_id: str) -> list[str]:
        """Return the user ids of this identity at the legacy system's own social sign-in."""
        return [
            row.userid for row in self._users.with_identity(provider, user_id) if not row.locked
        ]

    def _pages(self, cms_url: str | None, pool_passwords: PoolPasswords | None) -> Mount:
        note = self._record_visit
        old_login = OldLogin(self._users, self._access, self.passwords, pool_passwords)
        site = LegacySite(self._users, self._access, old_login, note, cms_url, self._login_form)
        return site.pages(ProfilePages(site, self._users, self._access, self._outbox, note).routes)

    def _account_of(self, row: Row) -> StoredAccount:
        return StoredAccount(
            userid=row.userid,
            username=row.username,
            email=row.email,
            email_verified=row.email_verified,
            display_name=row.display_name,
            cognito_id=row.cognito_id,
            locked=row.locked,
            has_password=row.password_hash is not None,
            identities=tuple(self._access.identities(row.userid)),
            pending_email=self._access.pending_email(row.userid),
        )

    def _note(self, method: str, call: LegacyCall) -> None:
        with self._lock:
            self._calls.append(call)
        if self._flow:
            answer = f"{call.status} {call.outcome}"
            detail = f"userid {call.userid}" if call.userid else ""
            sender = CALLERS.get(call.path, "lambda")
            self._flow.record(sender, "legacy", f"{method} {call.path}", answer, detail)

    def _record_visit(self, asked: str, answer: str, detail: str) -> None:
        if self._flow:
            self._flow.record("browser", "legacy", asked, answer, detail)
