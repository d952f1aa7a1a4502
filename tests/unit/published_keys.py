"""Both keys of a pool, as it publishes them."""

from authcore.testing.mint import TokenMint


MINT = TokenMint()
GOOD: dict[str, object] = {**MINT.key("access").jwk()}
OTHER: dict[str, object] = {**MINT.key("id").jwk()}
