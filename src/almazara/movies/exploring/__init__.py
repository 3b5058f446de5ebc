"""What the catalog shows as a whole: counts, distributions, outliers, trends; in words, charts and tables."""
