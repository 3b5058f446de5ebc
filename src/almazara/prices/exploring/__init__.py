"""What the prices show as a whole: categories, changes, promotions, shops; in words, charts and tables."""
