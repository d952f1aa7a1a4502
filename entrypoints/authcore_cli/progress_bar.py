"""The bar that a command shows on a terminal while it works."""

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text


class RateColumn(ProgressColumn):
    """Rows a second."""

    def render(self, task: Task) -> Text:
        """Return the rate of *task*, rounded."""
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "")


def make_bar(console: Console, *columns: ProgressColumn) -> Progress:
    """Return a bar, its description before it and *columns* after it, which vanishes at the end."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), *columns, console=console, transient=True
    )
