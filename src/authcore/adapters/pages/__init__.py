"""Texts and looks of the pages of guards and of the auth service."""
