"""Models for users, ours and the baselines: who has seen what in, a score for each film out."""
