"""Rules about what belongs to others: their words, stories and pictures."""
