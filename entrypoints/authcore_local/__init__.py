"""The whole system on one machine, on loopback, with no AWS account."""

__version__ = "0.1.0"
