"""Tables that ``make tables`` and ``make curves`` write into pages of docs."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import attrs


DOCS: Final = Path(__file__).parents[2] / "docs"


@attrs.frozen
class GeneratedPart:
    """
    What stands between two comments of a page.

    Attributes:
        page: File name in docs.
        name: What the comments call it.
        make: Makes the text, in Markdown.
        command: What writes it; by default ``make tables``.
    """

    page: str
    name: str
    make: Callable[[], str]
    command: str = "make tables"

    @property
    def path(self) -> Path:
        """Of the page."""
        return DOCS / self.page

    def page_as_generated(self) -> str:
        """Return the page with this part made again."""
        begin, end = (
            f"<!-- {self.name}: written by `{self.command}` -->",
            f"<!-- end of {self.name} -->",
        )
        before, _, rest = self.read().partition(begin)
        _, _, after = rest.partition(end)
        return f"{before}{begin}\n\n{self.make()}\n\n{end}{after}"

    def read(self) -> str:
        """Return the page as it is."""
        return self.path.read_text(encoding="utf-8")

    def write(self) -> None:
        """Write this part into the page."""
        self.path.write_text(self.page_as_generated(), encoding="utf-8")
