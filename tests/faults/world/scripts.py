"""
Scripts by name: what was tried by hand, row by row; see ``found_scripts`` for what walks found.

Each line is a step and what must come of it; ``*`` stands for anything.
"""

from collections.abc import Mapping
from typing import Final

from faults.world.found_scripts import FOUND
from faults.world.script import OUT, Script


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
            ("nora provider facebook !7.throttled !8.throttled", "in none"),
            ("nora provider facebook", "in 100003"),
            ("op hear account_linking.", "accepted * about 100003*"),
        ),
    ),
    "two throttled writes after a create that is made once": Script(
        "legacy_mode=none",
        (
            ("nora provider facebook !6.throttled !7.throttled !8.throttled", "in none"),
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

SCRIPTS: Final[Mapping[str, Script]] = {**ROWS, **FOUND}
