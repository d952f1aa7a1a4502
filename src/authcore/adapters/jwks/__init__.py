"""Cognito's published keys and the signatures made with them."""
