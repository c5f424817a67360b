"""Trains the model that reads drafts: `make train`. Nothing here runs in the product."""
