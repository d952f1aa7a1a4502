"""``AUTHCORE_CONNECT_*``: users who connect a provider's sign-in with their account."""

from datetime import timedelta

import attrs

from authcore.settings.parsers import one_of, seconds
from authcore.settings.reader import setting


@attrs.frozen(kw_only=True, eq=False)
class ConnectSettings:
    """
    Whether the auth service connects refused external users with native ones.

    With ``on`` it calls the pool's admin API, at AUTHCORE_COGNITO_ENDPOINT_URL where that is set.
    """

    accounts: str = setting(
        one_of("on", "off"),
        "on or off",
        "let users connect a provider's sign-in that was refused (link_taken) with their account; "
        "on needs cognito-idp:AdminGetUser, AdminDeleteUser and AdminLinkProviderForUser",
        default="off",
    )
    timeout: timedelta = setting(
        seconds(1, 30),
        "seconds, 1-30",
        "total time of one call to the pool's admin API; connecting takes nine at most",
        default=timedelta(seconds=5),
    )


def is_on(connect: ConnectSettings) -> bool:
    """Whether users may connect."""
    return connect.accounts == "on"
