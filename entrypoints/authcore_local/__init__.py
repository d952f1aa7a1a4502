"""The whole system on one machine, on loopback, with no AWS account."""
