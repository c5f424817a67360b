"""Rules about how a practice speaks: to patients, about others, about itself."""
