"""``ListUsers``: filtered, in pages."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from authcore_local.cognito.config import PoolConfig
from authcore_local.cognito.errors import CognitoError, invalid_parameter
from authcore_local.cognito.idp_api.authentication import check_pool
from authcore_local.cognito.idp_api.idp_endpoint import Input
from authcore_local.cognito.user_pool.users import PoolUser, UserStore


MAX_PAGE: Final = 60
MAX_FILTER_LENGTH: Final = 256

_FILTER: Final = re.compile(r'\s*"?([a-z_:]+)"?\s*(=|\^=)\s*"((?:[^"\\]|\\.)*)"\s*')
_ESCAPED: Final = re.compile(r"\\(.)")
_SEARCHABLE: Final = frozenset(
    ("email", "phone_number", "name", "given_name", "family_name", "preferred_username")
)

Test = Callable[[PoolUser], bool]


class UserListing:
    """Lists users as of the last write; Amazon's listing lags behind."""

    def __init__(self, config: PoolConfig, *, users: UserStore) -> None:
        self._config = config
        self._users = users

    def list_users(self, given: Input) -> Mapping[str, object]:
        """
        ``ListUsers``, in the order of creation.

        Raises:
            CognitoError: InvalidParameterException (filter, limit or token).
        """
        check_pool(self._config, given)
        limit = given.number("Limit", default=MAX_PAGE, highest=MAX_PAGE)
        wanted = _test(given.optional("Filter"))
        users = self._users.all_users()
        rest = users[_position(users, given.optional("PaginationToken")) :]
        found = [user for user in rest if wanted(user)]
        page = found[: limit or MAX_PAGE]
        more = {"PaginationToken": _token(page[-1])} if len(found) > len(page) else {}
        return {
            "Users": [{**user_type(user), "Attributes": attribute_list(user)} for user in page],
            **more,
        }


def user_type(user: PoolUser) -> dict[str, object]:
    """Return *user* without attributes: a ``UserType`` of the service model."""
    return {
        "Username": user.username,
        "UserCreateDate": user.created_at.timestamp(),
        "UserLastModifiedDate": user.modified_at.timestamp(),
        "Enabled": user.enabled,
        "UserStatus": user.status,
    }


def attribute_list(user: PoolUser) -> list[dict[str, str]]:
    """Return the attributes of *user*: a list of ``AttributeType``."""
    return [{"Name": name, "Value": value} for name, value in user.all_attributes().items()]


def mfa_members(user: PoolUser) -> dict[str, object]:
    """Return the second factors of *user*, as GetUser and AdminGetUser have them."""
    preferred = user.preferred_mfa
    return {
        **({"UserMFASettingList": sorted(user.mfa)} if user.mfa else {}),
        **({"PreferredMfaSetting": preferred} if preferred else {}),
    }


def _test(expression: str) -> Test:
    if not expression.strip():
        return lambda _: True
    match = _FILTER.fullmatch(expression) if len(expression) <= MAX_FILTER_LENGTH else None
    if match is None:
        raise invalid_parameter("Invalid search filter")
    name, operator, quoted = match.groups()
    value = _read(name)
    text = _ESCAPED.sub(r"\1", quoted)
    if operator == "=":
        return lambda user: value(user) == text
    return lambda user: (value(user) or "").startswith(text)


def _read(name: str) -> Callable[[PoolUser], str | None]:
    special: Mapping[str, Callable[[PoolUser], str | None]] = {
        "username": lambda user: user.username,
        "sub": lambda user: user.subject,
        "cognito:user_status": lambda user: user.status,
        "status": lambda user: "Enabled" if user.enabled else "Disabled",
    }
    if name in special:
        return special[name]
    if name not in _SEARCHABLE:
        raise invalid_parameter("Invalid search attribute")
    return lambda user: user.attributes.get(name)


def _token(last: PoolUser) -> str:
    return base64.urlsafe_b64encode(last.subject.encode()).decode()


def _position(users: Sequence[PoolUser], token: str) -> int:
    if not token:
        return 0
    try:
        subject = base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, ValueError):
        raise _bad_token() from None
    for position, user in enumerate(users, start=1):
        if user.subject == subject:
            return position
    raise _bad_token()


def _bad_token() -> CognitoError:
    return invalid_parameter("Invalid pagination token")
