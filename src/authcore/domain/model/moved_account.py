"""A legacy account whose user moved to the pool."""

from typing import Final

import attrs


MAX_LEGACY_UID_LENGTH: Final = 64
MAX_COGNITO_ID_LENGTH: Final = 64
"""Characters.  See: docs/legacy-api.yaml."""


@attrs.frozen
class MovedAccount:
    """
    A legacy account and the pool user that it names.

    Attributes:
        legacy_uid: Primary key of the account.
        cognito_id: ``sub`` that the legacy system stores there.
    """

    legacy_uid: str
    cognito_id: str
