"""How accounts may be joined, and what came of it."""

from typing import Literal

import attrs


NATIVE: str = "Cognito"
"""Stands for users who signed up in the pool itself, where policies name providers."""

Creation = Literal["unique", "idempotent", "lease", "once"]
"""
What keeps the legacy system from holding two accounts of one person.

``unique``: the Cognito id is a unique external id there.  ``idempotent``: creates are keyed.
``lease``: accounts can be looked up, and a lease of ours keeps attempts apart.  ``once``: none of
these; a second attempt whose first one may have had an effect is refused and recorded.
"""


@attrs.frozen(kw_only=True)
class LinkPolicy:
    """
    What a team allows.

    Attributes:
        email_providers: Providers whose verified e-mail address may link an existing account;
            NATIVE for pool users.  All others are linked by identity and Cognito id only.
        creation: What the legacy system can promise.
        blocks_sign_in: Whether a user whose link failed is kept out.  By default they get in, the
            link is repaired at the next sign-in, and the audit says so.
    """

    email_providers: frozenset[str] = frozenset()
    creation: Creation = "unique"
    blocks_sign_in: bool = False


LinkStatus = Literal["already_linked", "linked", "created", "refused", "postponed"]


@attrs.frozen
class LinkOutcome:
    """
    What became of one attempt.

    Attributes:
        status: ``refused``: the answer is no.  ``postponed``: there was no answer; next time.
        reason: ``ok``, how the account was found (``cognito_id``, ``identity``, ``email``), or the
            code of the error.
        legacy_uid: Once known to belong to the user.
    """

    status: LinkStatus
    reason: str
    legacy_uid: str | None = None
