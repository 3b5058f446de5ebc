"""Pages of films: search, a taste and the catalog, one film, people, and the recommender."""
