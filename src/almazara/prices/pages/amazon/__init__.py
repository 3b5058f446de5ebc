"""Pages of Amazon."""
