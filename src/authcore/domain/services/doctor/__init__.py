"""Checks of a deployment: whether the systems around authcore are set up as it needs them."""
