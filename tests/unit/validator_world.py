"""The validator an embedder gets, and the mint whose tokens it takes."""

import authcore
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import DEFAULT_CLIENT_ID, TokenMint


CLOCK = FrozenClock()
MINT = TokenMint(clock=CLOCK)
REGION, POOL = "eu-west-1", "eu-west-1_Ab12Cd34E"


def built(**settings: object) -> TokenValidator:
    wanted = {"jwks": MINT.jwks(), "clock": CLOCK, **settings}
    return authcore.token_validator(REGION, POOL, DEFAULT_CLIENT_ID, **wanted)  # type: ignore[arg-type]


VALIDATOR = built()
