"""Comparison of e-mail addresses."""

import re
from typing import Final


MAX_ADDRESS_LENGTH: Final = 254

_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS: Final = re.compile(
    rf"(?=.{{1,64}}@)(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})+)"
)


def canonical_email(text: str) -> str | None:
    """
    The form of *text* to compare; None if the address must not be compared at all.

    The local part stays exactly as it is, letter case and plus-tags included: only the mail server
    of its domain knows which spellings are one mailbox.  The domain is put into lower case.
    Anything but plain ASCII of the common form (quoted local parts, comments, address literals,
    trailing dots, several ``@``, internationalised addresses) has no canonical form, so that no
    folding or normalisation merges two users.

    See: RFC 5321 §2.4, RFC 5322 §3.4.1 (dot-atom).
    """
    found = _ADDRESS.fullmatch(text) if len(text) <= MAX_ADDRESS_LENGTH else None
    return f"{found['local']}@{found['domain'].lower()}" if found else None
