"""Scripts of what walks found."""

from collections.abc import Mapping
from typing import Final

from faults.world.script import OUT, Script


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
    "a pool that is restored to before an unlink": Script(
        "trusts_apple=True",
        (
            ("gregor password gregor first", "in 1915"),
            ("op save", "done"),
            ("op address 1915 nora@old.example", "done"),
            ("op unlink 1915", "done"),
            ("nora provider apple", "in 1915"),
            ("op restore", "done"),
            ("gregor password gregor first", "in 100003"),
            ("nora provider apple", "*"),
            ("op tidy", "*"),
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
    "a link that is not written, and an address that changes": Script(
        "legacy_mode=none",
        (
            ("sky down pool", "done"),
            ("gregor provider google", "in none"),
            ("sky down clear", "done"),
            ("gregor mailpass 1915 first", "done"),
            ("gregor readdress 1915 gregor@new.example", "done"),
            ("gregor provider google", "in 1915"),
        ),
    ),
    "a link without an answer, and an address that changes": Script(
        "legacy_mode=none native_linking=False",
        (
            ("gregor provider google !3.lost", "in *"),
            ("gregor mailpass 1915 first", "done"),
            ("gregor readdress 1915 gregor@new.example", "done"),
            ("gregor provider google", "in 1915"),
        ),
    ),
    "a copy that is tidied after a person signed in": Script(
        "legacy_mode=lookup trusts_apple=True post_authentication=False token_version=V2_0",
        (
            ("gregor forget gregor", "done"),
            ("gregor provider apple", "in 1915"),
            ("op address 1915 jane@old.example", "done"),
            ("op copy", "done"),
            ("gregor provider apple", "in none"),
        ),
    ),
    "an unlinked user where creation is once": Script(
        "legacy_mode=none trusts_apple=True blocks=True resets=pool",
        (
            ("gregor provider facebook &7(nora provider facebook-as-jane)", "in 100003"),
            ("op unlink 100004", "done"),
            ("nora provider facebook &1(mallory signup nora mallory@new.example first)", "in *"),
        ),
    ),
    "a claim in a copy of the pool": Script(
        "writable=True",
        (
            ("jane provider apple", "in 100003"),
            ("gregor provider apple", "in 100004"),
            ("gregor claim 100003 1847", "done"),
            ("op copy", "done"),
            ("jane provider apple", "in none*"),
            ("op tidy", "*"),
            ("gregor provider apple", "in *"),
            ("jane provider apple", "in 100003"),
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

LIMITS: Final = frozenset(("a link without an answer, and an address that changes",))
"""What ``AUTHCORE_LINKING_CREATION=once`` cannot heal, as docs/linking.md says."""
