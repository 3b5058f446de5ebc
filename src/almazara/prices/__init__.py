"""Prices: address -> page -> outcome -> observation -> history -> forecast -> advice and alerts.

Reading order, each folder a step: fetching, pages, store, collecting, exchange, forecasting, buying, alerts, then
publishing and service; demo is a shop to see it all work on.
"""
