"""The report of a move as one HTML file."""
