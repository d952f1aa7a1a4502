"""HTTP header values that the guards and the auth service share."""

from typing import Final


DEFAULT_RETRY_SECONDS: Final = 5
"""``Retry-After`` where an error names no time."""

CHALLENGE: Final = ("www-authenticate", 'Cookie realm="authcore"')
"""
Sent with every 401: a scheme for which browsers do not show a password dialog.

See: RFC 9110 §11.6.1, §15.5.2.
"""
