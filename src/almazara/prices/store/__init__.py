"""Listings, observations, runs and documents, kept in SQLite, PostgreSQL or DynamoDB."""
