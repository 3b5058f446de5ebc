"""Observations -> series -> forecasts that are kept."""
