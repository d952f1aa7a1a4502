"""
Tokens as Cognito shapes them, and wrong in each way a token can be wrong.

For tests and for the local stack: the private keys live in this process and nowhere else.
"""

from authcore.testing.mint.keys import SigningKey, generate_key
from authcore.testing.mint.tokens import (
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
