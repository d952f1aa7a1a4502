"""Secrets that a process reads again while it runs: from Secrets Manager, or from a file."""
