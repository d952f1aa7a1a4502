"""HTTP header values that the guards and the auth service share."""

from typing import Final


DEFAULT_RETRY_SECONDS: Final = 5


CHALLENGE: Final = ("www-authenticate", 'Cookie realm="authcore"')
"""
On every 401: a scheme by which no browser asks people for a password.

See: RFC 9110 §11.6.1, §15.5.2.
"""
