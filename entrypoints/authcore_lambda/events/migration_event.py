"""
The user migration event, read once where it comes in.

See: Amazon Cognito "Migrate user Lambda trigger".
"""

import attrs

from authcore.domain.model.passwords import MIGRATION_OFF
from authcore_lambda.events.json_members import mapping, text
from authcore_lambda.events.types import Event


@attrs.frozen(kw_only=True, eq=False, repr=False)
class MigrationEvent:
    """
    A question about a user whom the pool does not know yet.

    Attributes:
        source: ``triggerSource``; None where it is missing, empty or no text, as for all others.
        username: As the user typed it; pools that ignore case may send it in lower case.
        password: As the user typed it; only at a sign-in.
        pool_name: ``userPoolId``, of any shape.
        is_off: Whether the caller of the sign-in wants no user created (MIGRATION_OFF).  Cognito
            passes ``ClientMetadata`` on as ``validationData``.
    """

    source: str | None
    username: str | None
    password: str | None
    pool_name: str | None
    is_off: bool

    @classmethod
    def read(cls, event: Event) -> "MigrationEvent":
        """Read *event*, whose members may be missing, mistyped or unknown.  Never raises."""
        request = mapping(event, "request")
        said = (mapping(request, name) for name in ("validationData", "clientMetadata"))
        return cls(
            source=text(event, "triggerSource"),
            username=text(event, "userName"),
            password=text(request, "password"),
            pool_name=text(event, "userPoolId"),
            is_off=any(MIGRATION_OFF.items() <= each.items() for each in said),
        )
