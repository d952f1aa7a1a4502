"""The page: one HTML file that needs nothing else, and runs nothing."""

from html import escape

from authcore_cli.move.cockpit import Cockpit
from authcore_cli.move.cockpit_texts import progress_sentence
from authcore_cli.move.report import sections
from authcore_cli.move.report.style import STYLE


def report_page(cockpit: Cockpit) -> str:
    """Return the report as HTML.  Holds numbers and codes; no id, name or address of a person."""
    census = cockpit.census
    lead = (
        progress_sentence(census)
        if census
        else "No count yet: run authcore move status before the report."
    )
    parts = (
        sections.states(census) if census else "",
        sections.progress(cockpit),
        sections.doors(cockpit),
        sections.failures(cockpit),
        sections.costs(cockpit),
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>The move to Cognito</title><style>{STYLE}</style></head><body><main>"
        f"<header><h1>The move to Cognito</h1>"
        f'<p class="soft">Pool <code>{escape(cockpit.pool_id)}</code>, '
        f"{cockpit.at:%Y-%m-%d %H:%M} UTC</p>"
        f'<p class="lead">{escape(lead)}</p></header>'
        f"{''.join(parts)}</main></body></html>\n"
    )
