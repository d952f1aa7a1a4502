"""A passkey of a user."""

from datetime import datetime
from typing import Final

import attrs


MAX_PASSKEYS: Final = 20


@attrs.frozen(kw_only=True)
class Passkey:
    """
    A public key that the user's authenticator signs with.

    Attributes:
        credential_id: Base64url, without padding.
        attested: The authenticator's ``attestedCredentialData``: the id and the public key.  See:
            Web Authentication §6.5.1.
        sign_count: As of the last signature.
        transports: E.g. ``internal``.
        attachment: ``platform``, ``cross-platform`` or empty.
        created_at: Aware, UTC.
    """

    credential_id: str
    attested: bytes = attrs.field(repr=False)
    sign_count: int
    transports: tuple[str, ...]
    attachment: str
    created_at: datetime
