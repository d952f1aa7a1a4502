"""Whatever changes where, both logins take one password, and never a stale one."""

from typing import Any, Final

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.domain.errors import (
    CredentialsRejectedError,
    NewLoginRequiredError,
    NoPoolPasswordError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.challenges import Code
from authcore.domain.model.identities import EXTERNAL
from authcore.domain.model.moved_account import MovedAccount
from authcore.domain.services.accounts.password_change import PasswordChange
from authcore.domain.services.accounts.password_verification import PasswordVerification
from authcore.testing.fakes.password_authentication import Step
from authcore.testing.fakes.user_directory import InMemoryUserSessions
from authcore_local.legacy import SEED_USERS
from authcore_local.legacy.account_access import Access
from authcore_local.legacy.old_login import OldLogin
from authcore_local.legacy.password_hashing import PasswordHashing
from authcore_local.legacy.pool_passwords import ChangeVerdict, PoolPasswords, Verdict
from authcore_local.legacy.sqlite_database import Store
from authcore_local.legacy.user_table import Row, UserTable
from support.gate import examples
from unit.old_login_world import CALLER, OldLoginWorld


JANE: Final = SEED_USERS[0]
PASSWORDS: Final = tuple(f"Password-{number}" for number in range(4))

passwords = st.sampled_from(PASSWORDS)


class _Plain(PasswordHashing):
    """Costs nothing."""

    def __init__(self) -> None:
        self._decoy = ""

    def hash(self, password: str) -> str:
        return password

    def matches(self, password: str, stored: str | None) -> bool:
        return password == stored


class _Killed(InMemoryUserSessions):
    """The auth service dies once the password is set."""

    def sign_out_everywhere(self, username: str) -> None:
        raise KeyboardInterrupt


@attrs.define
class _Wire(PoolPasswords):
    """Asks the services themselves, and loses answers when it is told to."""

    verification: PasswordVerification
    change_service: PasswordChange
    dies: bool = False
    killed: PasswordChange | None = None

    def verify(self, userid: str, cognito_id: str, password: str) -> Verdict:
        try:
            self.verification.verify(MovedAccount(userid, cognito_id), password, caller=CALLER)
        except NoPoolPasswordError:
            return "own"
        except NewLoginRequiredError:
            return "needs_new_login"
        except CredentialsRejectedError:
            return "wrong"
        except UnavailableError:
            return "no_answer"
        return "right"

    def change(self, userid: str, cognito_id: str, password: str) -> ChangeVerdict:
        service = self.killed if self.dies and self.killed else self.change_service
        try:
            service.change(MovedAccount(userid, cognito_id), password, caller=CALLER)
        except NoPoolPasswordError:
            return "own"
        except RejectedError:
            return "refused"
        except (UnavailableError, KeyboardInterrupt):
            return "no_answer"
        return "changed"


class OnePassword(RuleBasedStateMachine):
    """Jane, her account and her pool user; the model knows which password counts."""

    def __init__(self) -> None:
        super().__init__()
        self.world = OldLoginWorld(per_user=10**4, per_caller=6 * 10**4)
        self.user = self.world.enrol("jane", JANE.userid)
        self.world.cognito.enrol("jane", PASSWORDS[0])
        store = Store(":memory:")
        self.table = UserTable(store)
        self.table.put(JANE, PASSWORDS[0])
        self.wire = _Wire(
            self.world.verification(),
            self.world.password_change(),
            killed=self.world.password_change(sessions=_Killed(self.world.pool)),
        )
        access = Access(store, SystemEntropy(), SystemClock())
        self.login = OldLogin(self.table, access, _Plain(), self.wire)
        self.own = self.pool = PASSWORDS[0]
        self.moved = self.external = self.mfa = self.crossed = self.disabled = False
        self.outage = False

    @property
    def row(self) -> Row:
        [row] = self.table.matching(JANE.username)
        return row

    def _evolve(self, **changes: Any) -> None:
        user = self.world.pool.find("jane")
        assert user is not None
        self.world.pool.replace(attrs.evolve(user, **changes))

    @rule()
    def link(self) -> None:
        self.table.set_cognito_id(JANE.userid, self.user.subject)
        self.moved = True

    @rule(password=passwords)
    def reset_at_the_pool(self, password: str) -> None:
        if not self.external:
            self.pool = password
            self._enrol()

    @rule(mfa=st.booleans())
    def ask_for_a_second_factor(self, mfa: bool) -> None:
        self.mfa = mfa
        self._enrol()

    @rule(disabled=st.booleans())
    def disable(self, disabled: bool) -> None:
        self.disabled = disabled
        self._evolve(enabled=not disabled)

    @rule(crossed=st.booleans())
    def cross(self, crossed: bool) -> None:
        self.crossed = crossed
        held = {"sub": self.user.subject, "custom:legacy_uid": "1" if crossed else JANE.userid}
        self._evolve(attributes=held)

    @rule()
    def sign_in_with_a_provider_only(self) -> None:
        self.external = True
        self._evolve(status=EXTERNAL)

    @rule(outage=st.booleans())
    def break_down(self, outage: bool) -> None:
        self.outage = outage
        self.world.cognito.available = not outage

    @rule(current=passwords, new=passwords, dies=st.booleans())
    def change_at_the_old_page(self, current: str, new: str, dies: bool) -> None:
        may = self._opens(current)
        asks_pool = self.moved and not self.external
        self.wire.dies = dies
        told = self.login.change_password(self.row, current, new)
        self.wire.dies = False
        if not may:
            assert told is not None
        elif not asks_pool:
            assert told is None
            self.own = new
        else:
            assert (told is None) is not dies
            self.pool, self.mfa = new, False

    @invariant()
    def each_password_opens_what_it_should(self) -> None:
        for password in PASSWORDS:
            told = self.login.sign_in(JANE.username, password)
            assert isinstance(told, Row) is self._opens(password), (password, told)

    def _opens(self, password: str) -> bool:
        if not self.moved:
            return password == self.own
        if self.crossed or self.disabled:
            return False
        if self.external:
            return password == self.own
        return password == self.pool and not self.mfa and not self.outage

    def _enrol(self) -> None:
        steps = [Step("EMAIL_OTP", Code("123456"))] if self.mfa else []
        self.world.cognito.enrol("jane", self.pool, steps=steps)


TestOnePassword = OnePassword.TestCase
TestOnePassword.settings = examples(50)
