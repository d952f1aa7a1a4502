"""Find the pool user of a legacy account, where each of the two names the other."""

import attrs

from authcore.domain.errors import AccountNotFoundError, AccountTakenError, OneSidedLinkError
from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.moved_account import MovedAccount
from authcore.domain.model.usernames import LEGACY_UID
from authcore.ports.user_directory import UserAdministration


@attrs.frozen(eq=False, repr=False)
class LinkedUsers:
    """
    Pool users by the links that the legacy system holds.

    Attributes:
        administration: Finds users.
    """

    administration: UserAdministration

    def find(self, account: MovedAccount) -> DirectoryUser:
        """
        Return the user whom *account* names, and who names it.

        Raises:
            AccountNotFoundError: The pool has no such user.

            OneSidedLinkError: The user names no account.

            AccountTakenError: The user names another one.

            ProviderUnavailableError: No usable answer.
        """
        user = self.administration.find_by_subject(account.cognito_id)
        if user is None or user.subject != account.cognito_id:
            raise AccountNotFoundError("the account names a user who is gone", detail="pool user")
        require_linked(account.legacy_uid, user)
        return user


def require_linked(legacy_uid: str, user: DirectoryUser) -> None:
    """
    Return if *user*, whom the account *legacy_uid* names, names the account.

    Raises:
        OneSidedLinkError: The user names no account.

        AccountTakenError: The user names another one.
    """
    held = user.attributes.get(LEGACY_UID) or None
    if held is None:
        raise OneSidedLinkError("the user names no account", legacy_uid=legacy_uid)
    if held != legacy_uid:
        raise AccountTakenError("the user names another account", legacy_uid=legacy_uid)


def name_of(user: DirectoryUser) -> str:
    """
    Name *user*, from ``find_by_subject``, in a write.

    That is the ``sub``, which no later user of the name has; the user name of an external user, and
    of one whose ``sub`` another user took as user name.
    """
    return user.subject if user.found_by_subject else user.username
