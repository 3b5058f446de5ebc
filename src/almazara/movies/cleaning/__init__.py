"""Rows -> tidy tables under the contract, with an account of every row."""
