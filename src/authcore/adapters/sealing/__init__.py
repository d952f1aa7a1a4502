"""Texts sealed under a key ring: shared ground of the adapters that keep secrets elsewhere."""
