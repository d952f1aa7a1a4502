"""``AUTHCORE_LINK_PROOF_*``: the keys that prove links."""

import attrs

from authcore.settings.parsers import key_ring
from authcore.settings.reader import setting


_KIND = "list of base64 keys"


@attrs.frozen(kw_only=True, eq=False)
class LinkProofSettings:
    """The keys of functions that believe in links."""

    keys: tuple[bytes, ...] = setting(
        key_ring,
        _KIND,
        "key ring of link proofs, 1 to 8 keys of 32 bytes: the first signs, all verify; the same "
        "in every function of a pool",
        secret=True,
    )


@attrs.frozen(kw_only=True, eq=False)
class LinkVoucherSettings:
    """The keys of the migration function, which runs without linking too."""

    keys: tuple[bytes, ...] = setting(
        key_ring,
        _KIND,
        "the linking functions' keys: without them users with unverified addresses stay unlinked",
        default=(),
        secret=True,
    )
