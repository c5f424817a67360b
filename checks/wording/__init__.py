"""How a draft is written: its language and its spelling."""
