"""Reads how AWS resources and sites around a pool are set up."""
