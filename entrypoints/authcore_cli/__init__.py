"""The authcore command."""
