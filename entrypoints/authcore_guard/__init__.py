"""What a guarded application imports."""
