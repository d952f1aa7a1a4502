"""
Which test proves which requirement: read from the tests themselves.

``python -m documentation.requirement_rows`` (with ``tests`` on the path; ``make tables``)
writes the table of docs/security.md.
"""

import ast
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from tokenize import COMMENT, generate_tokens
from typing import Final

from documentation.generated import GeneratedPart


ROOT: Final = Path(__file__).parents[2]
ROW_ID: Final = re.compile(r"\b(?:TV|KF|RD|SP|CK|DL|MG|LT|VA|RF|AL|PS)-[0-9]{2}\b")
SPAN: Final = re.compile(r"\b([A-Z]{2})-([0-9]{2})\s*(?:\.\.|…|to)\s*(?:[A-Z]{2}-)?([0-9]{2})\b")

DEMANDS: Final = {
    "TV-01": "No claim is used before the signature held",
    "TV-02": "RS256 and nothing else",
    "TV-03": "A public key never serves as an HMAC secret",
    "TV-04": "Keys named by the token are never used, and cause no call",
    "TV-05": "`crit` and `b64` are refused",
    "TV-06": "Compact form only, checked before decoding",
    "TV-07": "`iss` is exactly a configured issuer",
    "TV-08": "`aud` of an ID token is exactly our client",
    "TV-09": "`client_id` of an access token is ours; the two kinds cannot be swapped",
    "TV-10": "`token_use` is required and fits the use",
    "TV-11": "`exp` is required, a number, and not past",
    "TV-12": "`nbf` is honoured, `iat` required and not in the future",
    "TV-13": "`sub` is required; identity is issuer and `sub`",
    "TV-14": "`at_hash` binds the access token",
    "TV-15": "Header and payload are bounded UTF-8 JSON objects",
    "TV-16": "One family of typed refusals, nothing else escapes",
    "KF-01": "Keys come from the configured URL only, no redirects",
    "KF-02": "Only RSA signature keys of 2048 bits and more",
    "KF-03": "A `kid` published twice is refused",
    "KF-04": "`kid` is required, a text, and bounded",
    "KF-05": "A new key is fetched once and then works",
    "KF-06": "A flood of unknown `kid`s causes one fetch per cool-down",
    "KF-07": "A failed fetch never empties a good cache",
    "KF-08": "A cold start without keys fails closed, quickly, and recovers",
    "KF-09": "Concurrent cold checks share one fetch",
    "KF-10": "The key document is capped on the wire, undecoded",
    "KF-11": "A key fetch has one total deadline",
    "KF-12": "One bad member does not disable the others",
    "RD-01": "Targets are on an allow-list of exact origins",
    "RD-02": "What browsers read differently is refused before parsing",
    "RD-03": "Legitimate targets pass",
    "RD-04": "`redirect_uri` is one configured string",
    "RD-05": "The form that was checked is the form that is sent",
    "RD-06": "No line break or non-ASCII reaches a header",
    "RD-07": "Look-alike hosts, ports and addresses do not match",
    "RD-08": "A malformed target is refused, never an error",
    "RD-09": "Redirects never repeat a POST",
    "RD-10": "Callback answers leak no referrer",
    "SP-01": "`state` is random, single-use, short-lived and bound to the browser",
    "SP-02": "Another browser's state is refused (login CSRF)",
    "SP-03": "The target in `state` is bound and checked again on return",
    "SP-04": "PKCE S256, a fresh verifier each time",
    "SP-05": "`nonce` is sent and must come back",
    "SP-06": "Every error answer of the provider is handled, none reflected",
    "SP-07": "Duplicate callback parameters are refused",
    "SP-08": "A token answer is exactly one, or none",
    "SP-09": "Several tabs sign in at once; their number is bounded",
    "SP-10": "An attempt is bound to issuer, client and callback",
    "SP-11": "Secrets show in no URL, log, error or repr",
    "CK-01": "Secure, HttpOnly, Path=/ and `__Secure-`",
    "CK-02": "SameSite=Lax",
    "CK-03": "Attempt cookies are `__Host-`",
    "CK-04": "Every chunk and the whole header stay within limits",
    "CK-05": "Torn, mixed or reordered chunks read as no session",
    "CK-06": "A shrinking session deletes its surplus chunks",
    "CK-07": "A sibling's shadow cookie never wins",
    "CK-08": "The cookie parser survives anything",
    "CK-09": "The cookie domain is no public suffix and covers the host",
    "CK-10": "Sealed and authenticated; keys rotate",
    "CK-11": "A new sign-in replaces everything",
    "CK-12": "No cookie outlives 400 days",
    "RF-01": "A rotated refresh token replaces the old one, and a retry within the grace works",
    "RF-02": "Only a refusal of its token ends a session; an outage or a refused client keeps it",
    "RF-03": "Many requests of one session make one refresh",
    "RF-04": "A refreshed token is the same user's, of the same sign-in",
    "RF-05": "Refreshing does not prolong the session's own lifetime",
    "RF-06": "Sign-out revokes, clears every cookie, and works when Cognito is down",
    "RF-07": "Other sites can neither sign out nor refresh",
    "RF-08": "A session can be cut off before its tokens end",
    "RF-09": "Sign-out answers are `no-store`",
    "DL-01": "Token length is capped before anything else",
    "DL-02": "Headers, chunks, redirects, states and queries are capped",
    "DL-03": "Every body read is capped on the wire",
    "DL-04": "Pools and retries are bounded",
    "DL-05": "No input costs more than linear time",
    "DL-06": "Every memory is bounded",
    "AL-01": "An e-mail links only where both sides verified it",
    "AL-02": "Linking by e-mail takes unproven access away",
    "AL-03": "Providers are trusted one by one; nothing absent counts as verified",
    "AL-04": "Addresses that only collide after folding are two users",
    "AL-05": "Providers are linked by their own ids, five at most",
    "AL-06": "What a client could write decides nothing",
    "AL-07": "Exactly one legacy account after any crash",
    "AL-08": "Decisions are recorded with ids and no personal data",
    "AL-09": "A token names an account only with a proof that holds, after a refresh too",
    "AL-10": "Tokens of one pool user at most name an account",
    "AL-11": "A refused user keeps no id that services believe, and gets no second account",
    "AL-12": "A proof of who a user was links nothing once the account has changed",
    "AL-13": "Two users become one only after both proofs, in one browser, with one address",
    "MG-01": "Only the exact positive answer lets a user in",
    "MG-02": "The password is in the request body and nowhere else",
    "MG-03": "Unknown, wrong and locked look alike",
    "MG-04": "Forgot-password vouches for nothing the legacy system does not",
    "MG-05": "Guesses of a password are limited by user and by address",
    "MG-06": "Only allow-listed attributes are copied",
    "MG-07": "The password arrives byte for byte",
    "MG-08": "Two first sign-ins at once make one user",
    "PS-01": "A message is signed over id, timestamp and body; keys rotate",
    "LT-01": "A trigger answers within four seconds",
    "LT-02": "Triggers may run again, or at the same time",
    "LT-03": "Unknown events and fields pass through",
    "LT-04": "No event is ever logged",
    "LT-05": "A warm function keeps nothing of the last user",
    "LT-06": "A failed link admits the user or not, as configured, and is never left half-made",
    "LT-07": "Client metadata decides nothing",
    "LT-08": "A fault or a function without settings lets no unproven claim through",
    "PS-02": "A message is good for five minutes, and has one effect",
    "PS-03": "Messages in any order, late or repeated, end in the newest profile",
    "PS-04": "Only fields that the legacy system owns are written",
    "PS-05": "A failed message can be sent again; one that cannot be applied blocks no other",
    "VA-01": "No caller verifies tokens without a key, and refusals say nothing",
    "VA-02": "Scripts of listed origins read one route, other scripts none",
    "VA-03": "Every answer is `no-store`",
    "VA-04": "Forwarded and host headers change nothing",
    "VA-05": "No input makes a 500",
    "VA-06": "Security headers are on every answer",
    "VA-07": "State changes come from a page of the service, and JSON names its type",
}


def rows_named(text: str) -> set[str]:
    """The ids in *text*; ``TV-01 .. 04`` names four."""
    named = set(ROW_ID.findall(text))
    for group, first, last in SPAN.findall(text):
        named |= {f"{group}-{number:02d}" for number in range(int(first), int(last) + 1)}
    return named


def _tests_in(path: Path) -> Iterable[tuple[str, str]]:
    """The tests of *path*, and what is said of each in comments and in its docstring."""
    source = path.read_text(encoding="utf-8")
    return _tests_of(source) if rows_named(source) else ()


@cache
def _tests_of(source: str) -> tuple[tuple[str, str], ...]:
    return tuple(_read(source))


def _read(source: str) -> Iterator[tuple[str, str]]:
    comments = {
        token.start[0]: (token.string, not token.line[: token.start[1]].strip())
        for token in generate_tokens(io.StringIO(source).readline)
        if token.type == COMMENT
    }
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            while comments.get(first - 1, ("", False))[1]:
                first -= 1
            within = range(first, (node.end_lineno or first) + 1)
            said = [text for line, (text, _) in comments.items() if line in within]
            yield node.name, "\n".join([*said, ast.get_docstring(node) or ""])


def proofs(root: Path = ROOT) -> dict[str, list[str]]:
    """
    Row id → ``file::test`` of every test below *root* that names it, sorted.

    Only what a test says of itself counts, and the tests of this page say nothing about the rest.
    """
    found: dict[str, list[str]] = {}
    suites = root / "src" / "authcore" / "testing" / "contracts"
    tests = [
        path
        for path in (root / "tests").rglob("test_*.py")
        if not path.is_relative_to(root / "tests" / "documentation")
    ]
    for path in sorted([*tests, *suites.glob("*.py")]):
        for name, said in _tests_in(path):
            for row in rows_named(said):
                found.setdefault(row, []).append(f"{path.relative_to(root)}::{name}")
    return {row: sorted(set(found[row])) for row in sorted(found)}


def unproven(root: Path = ROOT) -> list[str]:
    """The rows of DEMANDS that no test below *root* names."""
    return sorted(set(DEMANDS) - set(proofs(root)))


def table() -> str:
    """The rows of DEMANDS with their proofs, as Markdown."""
    found = proofs()
    lines = ["| row | demand | proven by |", "|---|---|---|"]
    for row, demand in DEMANDS.items():
        tests = found.get(row, [])
        files = Counter(test.partition("::")[0] for test in tests)
        counted = ", ".join(
            f"[{Path(file).stem}](../{file}) ({times})" for file, times in files.items()
        )
        lines.append(f"| {row} | {demand} | {counted or 'not yet'} |")
    return "\n".join(lines)


PART: Final = GeneratedPart("security.md", "rows", table)


if __name__ == "__main__":
    PART.write()
