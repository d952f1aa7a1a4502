"""The outside, spoken to."""
