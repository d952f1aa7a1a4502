"""Behaviours that Amazon documents, checked at the local Cognito and at other emulators."""
