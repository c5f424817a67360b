"""Rules about what the platforms allow and what everybody can read."""
