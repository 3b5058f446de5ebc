"""Forecasters: panels of daily series in, dated quantiles out."""
