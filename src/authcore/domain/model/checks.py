"""Checks of a deployment, and what they find."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import attrs

from authcore.domain.model.deployment import Deployment


Severity = Literal["critical", "high", "medium", "low"]
"""
``critical``: another user's account can be taken over, or a second one is made.  ``high``: users
cannot sign in, move or stay signed in.  ``medium``: protection is missing.  ``low``: advice.
"""

UNREAD: str = "unread"
"""Id of the finding that a part could not be read."""


class Detail:
    """
    What is wrong, with the names that its command needs.

    Attributes:
        text: One sentence, without any secret.
        names: In place of ``{names}`` of the command; others are those of the settings.
    """

    def __init__(self, text: str, **names: str) -> None:
        self.text = text
        self.names: Mapping[str, str] = names


@attrs.frozen(kw_only=True)
class Check:
    """
    One question about a deployment.

    Attributes:
        id: Stable.  Where prowler has a check of the same question, its id.
        question: That a good deployment answers with yes.
        severity: Of a finding.
        why: What goes wrong otherwise.
        mend: What the operator does, with ``{names}`` of ``placeholders``.
        anchor: Page of the documentation, below ``docs/``, with the section.
        examine: Yields what is wrong, one sentence each; may raise UnreadPartError or
            NothingToAskError.
        during_migration: What is accepted while users still move; empty where there is no
            exception.
        on_stand_in: Whether a stand-in for Amazon's pool is asked, too.
    """

    id: str
    question: str
    severity: Severity
    why: str
    mend: str
    anchor: str
    examine: Callable[[Deployment], Iterable[str | Detail]] = attrs.field(repr=False)
    during_migration: str = ""
    on_stand_in: bool = True


@attrs.frozen(kw_only=True)
class Finding:
    """
    What a check found.

    Attributes:
        id: Of the check, or UNREAD.
        severity: How bad it is.
        evidence: What is wrong, without any secret.
        mend: What the operator does.
        anchor: Page of the documentation, with the section.
    """

    id: str
    severity: Severity
    evidence: str
    mend: str
    anchor: str


@attrs.frozen(kw_only=True)
class Report:
    """
    The result of an examination.

    Attributes:
        findings: The worst first; those that say UNREAD last.
        passed: Ids of checks that found nothing.
        skipped: Ids of checks that need a part that could not be read.
        not_asked: Ids of checks that are left out: the settings do not name what they are about, a
            stand-in does not have it, or the operator chose others.
    """

    findings: tuple[Finding, ...]
    passed: tuple[str, ...]
    skipped: tuple[str, ...]
    not_asked: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every part could be read."""
        return all(each.id != UNREAD for each in self.findings)
