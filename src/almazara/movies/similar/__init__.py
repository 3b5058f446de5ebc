"""Films that are like a film, and why."""
