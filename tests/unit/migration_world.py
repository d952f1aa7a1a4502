"""Emma, whom the legacy system knows, and what becomes of her fields."""

from typing import Final

from authcore.domain.model.accounts import Credentials, LegacyAccount


MAPPING: Final = {
    "email": "email",
    "name": "display_name",
    "custom:legacy_uid": "legacy_uid",
}
EMMA: Final = LegacyAccount(
    legacy_uid="1815",
    username="emma",
    email="emma@hartfield.example",
    email_verified=True,
    display_name="Emma Woodhouse",
)
RIGHT: Final = Credentials("emma", "Box-Hill-1815")
