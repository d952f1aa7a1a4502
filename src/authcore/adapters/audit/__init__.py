"""Where decisions are written down."""
