"""Files -> rows: every cell as text, nothing judged yet."""
