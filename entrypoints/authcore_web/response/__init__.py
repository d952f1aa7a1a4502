"""Build responses."""
