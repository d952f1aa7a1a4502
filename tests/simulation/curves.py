"""
Draw the curves of docs/capacity.md, and write its tables.

``make curves`` runs it.  It records what the doors call in the table, simulates, and writes; the
same sources give the same files.
"""

from simulation import table_calls, table_cost
from simulation.pictures import drawings
from simulation.tables import PARTS


def main() -> None:
    """Write all of them."""
    table_cost.write({str(setup): costs for setup, costs in table_calls.recorded().items()})
    for path, text in drawings().items():
        path.write_text(text, encoding="utf-8")
    for part in PARTS:
        part.write()


if __name__ == "__main__":
    main()
