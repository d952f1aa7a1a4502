"""The validator an embedder gets, and the mint whose tokens it takes."""

from typing import Any

import authcore
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import DEFAULT_CLIENT_ID, TokenMint


CLOCK = FrozenClock()
MINT = TokenMint(clock=CLOCK)
POOL = "eu-west-1_Ab12Cd34E"


def built(**settings: object) -> TokenValidator:
    wanted: dict[str, Any] = {"jwks": MINT.jwks(), "clock": CLOCK, **settings}
    return authcore.token_validator(user_pool_id=POOL, client_id=DEFAULT_CLIENT_ID, **wanted)


VALIDATOR = built()
