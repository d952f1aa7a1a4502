"""Link a new external user to the native user with the same verified address."""

import re
from typing import Final

from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.emails import canonical_email


ACTION: Final = "native.link"


_EXTERNAL_NAME: Final = re.compile(r"(?P<provider>[^_]{1,32})_(?P<user_id>[0-9]{1,64})")


def newcomer(username: str | None, providers: frozenset[str]) -> ExternalIdentity | None:
    """
    Who the external user *username* is; None where the name does not say for certain.

    This trigger's events name provider and id in the user name only, in lower case in pools that
    ignore case.  So an id is taken only if it has no letters, as Google's and Facebook's: then
    nothing was lost.  And the name is taken only if it has one ``_``: of several, any may be the
    one between the two, as provider ``Okta_Corp`` and id ``123``, or ``Okta`` and ``Corp_123``.
    """
    parts = _EXTERNAL_NAME.fullmatch(username or "")
    if parts is None:
        return None
    meant = [name for name in providers if name.lower() == parts["provider"].lower()]
    return ExternalIdentity(meant[0], parts["user_id"]) if len(meant) == 1 else None


def _owns(user: DirectoryUser, email: str) -> bool:
    """Whether *user* proved to be reachable at *email* and may sign in."""
    return (
        user.enabled
        and user.status == "CONFIRMED"
        and user.attributes.get("email_verified") == "true"
        and canonical_email(user.attributes.get("email", "")) == email
    )
