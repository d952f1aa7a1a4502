"""
Scripts by name: what was tried by hand, row by row, and what walks found.

Each line is a step and what must come of it; ``*`` stands for anything.
"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Final

import attrs

from faults.world.runs import Walker
from faults.world.steps import read_step
from faults.world.variants import read_variant


@attrs.frozen
class Script:
    """
    A walk that is known beforehand.

    Attributes:
        variant: How the world is configured.
        lines: Steps, and the outcome of each.
    """

    variant: str
    lines: Sequence[tuple[str, str]]


OUT: Final = "!2.unsent !3.unsent !4.unsent !5.unsent !6.unsent"
"""The legacy system accepts a password, and nothing can be reached from then on."""

ROWS: Final[Mapping[str, Script]] = {
    "continue with Google after the password": Script(
        "usual",
        (
            ("jane password jane first", "in 1847"),
            ("jane provider google", "*"),
            ("jane provider google", "in 1847"),
            ("jane password jane first", "in 1847"),
        ),
    ),
    "continue with Apple after the password": Script(
        "trusts_apple=True case_sensitive=False",
        (
            ("jane password jane first", "in 1847"),
            ("jane provider apple", "in none link_taken"),
            ("jane refresh latest", "in none link_taken"),
            ("jane provider apple", "in none link_taken"),
            ("op hear account_linking.refused", "rejected link_taken*"),
            ("jane password jane first", "in 1847"),
        ),
    ),
    "locked before the first link": Script(
        "usual",
        (
            (f"gregor password gregor first {OUT}", "in none*"),
            ("op lock 1915", "done"),
            ("gregor password gregor first", "in none*"),
            ("op hear account_linking.refused", "rejected link_account_locked*"),
            ("gregor refresh latest", "in none*"),
            ("gregor visit tokens", "admitted none cognito"),
            ("op unlock 1915", "done"),
        ),
    ),
    "the opener of an account whose owner linked it": Script(
        "usual",
        (
            ("mallory open trojan nora@old.example first", "100003"),
            (f"mallory password trojan first {OUT}", "in none*"),
            ("nora verify 100003", "done"),
            ("nora provider google", "in 100003"),
            ("mallory refresh oldest", "in none*"),
            ("mallory password trojan first", "in none*"),
            ("mallory refresh latest", "in none*"),
            ("nora provider google", "in 100003"),
        ),
    ),
    "an issuer that is set later": Script(
        "issuers=Apple=https://issuer.example",
        (
            ("jane provider apple", "in none*"),
            ("op hear account_linking.refused", "rejected link_issuer*"),
            ("jane refresh latest", "in none*"),
        ),
    ),
    "a code from the old mailbox": Script(
        "usual",
        (
            ("mallory forget jane", "done"),
            ("jane readdress 1847 jane@new.example", "done"),
            ("sky mail jane@old.example mallory", "done"),
            ("mallory reset jane first", "done"),
            ("mallory password jane first", "refused User*"),
            ("jane password jane first", "in 1847"),
            ("jane refresh latest", "in 1847"),
        ),
    ),
    "codes that strangers ask for": Script(
        "resets=legacy",
        (
            ("mallory forget jane", "done"),
            ("mallory forget gregor", "done"),
            ("jane password jane first", "in 1847"),
            ("gregor password gregor first", "in 1915"),
        ),
    ),
    "moved with an address that was never verified": Script(
        "usual",
        (
            ("huck password huck first", "in 1884"),
            ("op hear user_migration.authenticate", "accepted ok_unreachable about 1884*"),
        ),
    ),
    "a throttled write after a create that is made once": Script(
        "legacy_mode=none",
        (
            ("nora provider facebook !6.throttled !7.throttled", "in none"),
            ("nora provider facebook", "in 100003"),
            ("op hear account_linking.", "accepted * about 100003*"),
        ),
    ),
    "two throttled writes after a create that is made once": Script(
        "legacy_mode=none",
        (
            ("nora provider facebook !5.throttled !6.throttled !7.throttled", "in none"),
            ("op hear account_linking.", "unavailable * about 100003*"),
        ),
    ),
    "an issuer under another spelling of its provider": Script(
        "issuers=apple=https://issuer.example",
        (
            ("jane provider apple", "in none*"),
            ("op hear account_linking.refused", "rejected link_issuer*"),
        ),
    ),
    "a yes about another spelling": Script(
        "folds_accents=True",
        (
            ("jane password jané first", "refused NotAuthorizedException: Incorrect *"),
            ("op hear user_migration.authenticate", "rejected *"),
            ("jane password jane first", "in 1847"),
        ),
    ),
    "causes of an outage at the pool": Script(
        "usual",
        (
            ("jane password jane first !3.throttled !4.throttled !5.throttled", "in *"),
            ("op hear token.claims", "unavailable * with detail"),
            ("gregor password gregor first !3.forbidden !4.forbidden", "in *"),
            ("op hear token.claims", "misconfigured * with detail"),
            ("jane password jane first", "in 1847"),
            ("gregor password gregor first", "in 1915"),
        ),
    ),
    "a wrong key of the legacy API": Script(
        "usual",
        (
            ("jane password jane first !1.forbidden", "refused UserNotFoundException*"),
            ("op hear user_migration.authenticate", "misconfigured * with detail"),
            ("jane password jane first", "in 1847"),
        ),
    ),
    "the legacy system does not answer": Script(
        "usual",
        (
            ("sky down legacy", "done"),
            ("jane password jane first", "refused UserNotFoundException*"),
            ("op hear user_migration.authenticate", "unavailable legacy_unavailable with detail"),
            ("sky down clear", "done"),
            ("jane password jane first", "in 1847"),
        ),
    ),
    "an end of every session, beside the old login": Script(
        "usual",
        (
            ("huck login huck first", "done"),
            ("huck password huck first", "in 1884"),
            ("huck visit both", "admitted 1884 cognito"),
            ("op end huck", "done"),
            ("huck visit both", "turned away session_revoked"),
            ("huck visit cookie", "turned away *"),
            ("huck password huck first", "in 1884"),
            ("huck visit tokens", "admitted 1884 cognito"),
        ),
    ),
}
"""The table of the issue, and what belongs to the same rows."""

FOUND: Final[Mapping[str, Script]] = {
    "a pool that is restored": Script(
        "usual",
        (
            ("gregor password gregor first", "in 1915"),
            ("op save", "done"),
            ("nora provider facebook", "in 100003"),
            ("jane password jane first", "in 1847"),
            ("op restore", "done"),
            ("nora provider facebook", "in none*"),
            ("jane password jane first", "refused NotAuthorizedException: Incorrect *"),
            ("op tidy", "sub_gone:2"),
            ("nora provider facebook", "in 100003"),
            ("jane password jane first", "in 1847"),
            ("gregor password gregor first", "in 1915"),
        ),
    ),
    "a pool that is copied": Script(
        "usual",
        (
            ("gregor password gregor first", "in 1915"),
            ("nora provider facebook", "in 100003"),
            ("op copy", "done"),
            ("gregor visit tokens", "turned away *"),
            ("nora provider facebook", "in none*"),
            ("op tidy", "sub_changed:1 sub_gone:1"),
            ("nora provider facebook", "in 100003"),
            ("gregor password gregor first", "in 1915"),
        ),
    ),
    "a repair after the address changed": Script(
        "usual",
        (
            ("sky mail gregor@old.example mallory", "done"),
            ("mallory forget gregor", "done"),
            ("gregor readdress 1915 gregor@new.example", "done"),
            ("op repair", "*"),
            ("mallory reset gregor first", "*"),
            ("mallory password gregor first", "refused User*"),
            ("gregor password gregor first", "in 1915"),
        ),
    ),
    "the opener of an account whose owner reset its password": Script(
        "usual",
        (
            ("mallory open trojan nora@old.example first", "100003"),
            (f"mallory password trojan first {OUT}", "in none*"),
            ("nora mailpass 100003 second", "done"),
            ("mallory password trojan first", "*"),
            ("mallory password trojan first", "refused NotAuthorizedException: Incorrect *"),
            ("nora password trojan second", "in 100003"),
        ),
    ),
    "an address that came after the password": Script(
        "usual",
        (
            ("op address 1884 none", "done"),
            (f"huck password huck first {OUT}", "in none*"),
            ("op address 1884 nora@new.example", "done"),
            ("nora mailpass 1884 second", "done"),
            ("huck password huck first", "*"),
            ("huck password huck first", "refused NotAuthorizedException: Incorrect *"),
            ("nora password huck second", "in 1884"),
        ),
    ),
    "what a client wrote about a whole link": Script(
        "writable=True",
        (
            ("huck provider google-new", "in 100003"),
            ("huck claim 1847 1847", "done"),
            ("huck refresh latest", "in *"),
            ("op repair", "*"),
            ("huck provider google-new", "in 100003"),
            ("huck visit tokens", "admitted 100003 cognito"),
            ("jane password jane first", "in 1847"),
        ),
    ),
    "what a client wrote after a sign-up": Script(
        "writable=True",
        (
            ("mallory signup mallory mallory@old.example first", "done"),
            ("mallory confirm mallory", "done"),
            ("mallory password mallory first", "in 100003"),
            ("mallory claim 1847 1847", "done"),
            ("mallory password mallory first", "in *"),
            ("mallory refresh oldest", "in *"),
            ("op repair", "*"),
            ("mallory password mallory first", "in 100003"),
        ),
    ),
    "a link that is written nowhere, and an address that changes": Script(
        "legacy_mode=none",
        (
            ("gregor provider google !3.lost !4.unsent !5.unsent", "in none"),
            ("gregor mailpass 1915 first", "done"),
            ("gregor readdress 1915 gregor@new.example", "done"),
            ("gregor provider google", "in 1915"),
        ),
    ),
    "a claim that a copy of the pool makes true": Script(
        "writable=True",
        (
            ("jane provider apple", "in 100003"),
            ("gregor provider apple", "in 100004"),
            ("gregor claim 100003 1847", "done"),
            ("op copy", "done"),
            ("jane provider apple", "in none*"),
            ("op tidy", "*"),
        ),
    ),
    "a create that is made once while the pool is down": Script(
        "legacy_mode=none",
        (
            ("sky down pool", "done"),
            ("nora provider facebook", "in *"),
            ("sky down clear", "done"),
            ("nora provider facebook", "in 100003"),
        ),
    ),
}
"""What walks found."""

AWAITED: Final = frozenset(
    (
        "a link that is written nowhere, and an address that changes",
        "a claim that a copy of the pool makes true",
    )
)
"""Scripts whose mends are not here yet: they must fail until they are."""

SCRIPTS: Final[Mapping[str, Script]] = {**ROWS, **FOUND}


def play(script: Script) -> list[str]:
    """Everything that is wrong when *script* is taken to its end."""
    walker = Walker(read_variant(script.variant))
    wrong: list[str] = []
    for line, expected in script.lines:
        said = walker.take(read_step(line))
        if not fnmatchcase(said, expected):
            wrong.append(f"{line}: {said}, not {expected}")
        wrong += [f"{line}: {violation}" for violation in walker.violations]
    if not wrong:
        walker.end()
        wrong += walker.violations
    return wrong
