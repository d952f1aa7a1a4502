"""E-mail addresses that name users: as user names of the pool's own making, or as aliases."""

from collections.abc import Iterable, Mapping
from typing import Final

import attrs

from authcore_local.cognito.config import SignInName
from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.user_pool.pool_user import PoolUser


EXISTS: Final = "An account with the given email already exists."


@attrs.frozen
class Addresses:
    """
    Which users of a pool an address leads to.

    Attributes:
        names: What users sign in with.  With ``alias`` only a verified address leads to its user;
            with ``email`` any, and it is unique.
        case_sensitive: Whether letter case counts.
    """

    names: SignInName = "username"
    case_sensitive: bool = True
    _owners: dict[str, str] = attrs.field(factory=dict, repr=False)

    def owner_of(self, name: str) -> str | None:
        """Return the user name of the user whose address is *name*."""
        return self._owners.get(self._fold(name))

    def require_free(self, user: PoolUser, *, is_new: bool) -> None:
        """
        Let *user* have its address.

        Raises:
            CognitoError: Another user has it: UsernameExistsException for a new user, because the
                service model knows no AliasExistsException of the operations that create users,
                though the text about ``ForceAliasCreation`` names it.
        """
        key = self._key(user)
        if key is not None and self._owners.get(key, user.username) != user.username:
            kind = "UsernameExistsException" if is_new else "AliasExistsException"
            raise CognitoError(kind, EXISTS)

    def replace(self, before: PoolUser | None, after: PoolUser | None) -> None:
        """Note what a user's address was, and what it is."""
        for user in (before, after):
            key = None if user is None else self._key(user)
            if key is not None and user is before:
                self._owners.pop(key, None)
            elif key is not None and user is not None:
                self._owners[key] = user.username

    def restore(self, users: Iterable[PoolUser]) -> None:
        """Know *users* only."""
        self._owners.clear()
        for user in users:
            self.replace(None, user)

    def _key(self, user: PoolUser) -> str | None:
        email = user.attributes.get("email")
        is_verified = user.attributes.get("email_verified") == "true"
        counts = self.names == "email" or (self.names == "alias" and is_verified)
        return self._fold(email) if counts and email and not user.is_external else None

    def _fold(self, text: str) -> str:
        return text if self.case_sensitive else text.lower()


def address_of(username: str, attributes: Mapping[str, str]) -> Mapping[str, str]:
    """
    Return *attributes* of a user who is created under an address.

    Raises:
        CognitoError: InvalidParameterException: *username* is no address, or another one.
    """
    if "@" not in username or attributes.get("email", username).lower() != username.lower():
        raise CognitoError("InvalidParameterException", "Username should be an email.")
    return {"email": username, "email_verified": "false", **attributes}
