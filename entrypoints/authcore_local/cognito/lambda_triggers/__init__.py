"""Invoke the pool's Lambda triggers."""
