"""Authenticated encryption for adapters that keep secrets in cookies or in a store."""
