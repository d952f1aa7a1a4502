"""What authcore decides, with no idea of the outside."""
