"""Outcome -> observation: what is followed, read, judged and kept."""
