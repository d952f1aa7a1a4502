"""Runs of a move, kept in files."""
