"""Numbers of things, as sentences say them."""


def format_count(count: int, noun: str) -> str:
    """Format ``1 user``, ``2,000 users``; *noun* is one whose plural ends with an s."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
