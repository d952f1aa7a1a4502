"""
Tokens in the form of Cognito's, valid or wrong in any way that tests need.

For tests and the local stack; the private keys exist only in this process.
"""

from authcore.testing.mint.keys import SigningKey, generate_key
from authcore.testing.mint.token_mint import (
    DEFAULT_CLIENT_ID,
    DEFAULT_ISSUER,
    DEFAULT_SUBJECT,
    DEFAULT_USERNAME,
    TokenMint,
    TokenUse,
)


__all__ = [
    "DEFAULT_CLIENT_ID",
    "DEFAULT_ISSUER",
    "DEFAULT_SUBJECT",
    "DEFAULT_USERNAME",
    "SigningKey",
    "TokenMint",
    "TokenUse",
    "generate_key",
]
