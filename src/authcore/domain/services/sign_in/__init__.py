"""The authorization code flow: begin, complete and restart a sign-in."""
