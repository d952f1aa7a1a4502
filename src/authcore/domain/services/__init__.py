"""Decisions; each service depends on ports and values only."""
