"""Storage within one process; the mirror image of ``coordination.dynamodb``."""
