"""Rules about what a practice may claim, offer and advertise."""
