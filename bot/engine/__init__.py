"""What keeps things moving: checks, deliveries and sweeps, until the program stops."""
