"""Where users come from: the adapters of ``UserSource``."""
