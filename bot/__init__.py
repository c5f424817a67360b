"""What the product does: drafts, verdicts, routing, decisions, training and reports."""
