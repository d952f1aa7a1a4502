"""Build the documentation site: ``python -m documentation.site``."""
