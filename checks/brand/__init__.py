"""Rules that keep the practice's posts useful, readable and like itself."""
