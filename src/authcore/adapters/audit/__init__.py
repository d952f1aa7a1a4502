"""Audit log and decision counters."""
