"""Prices: page -> outcome -> observation -> history -> forecast -> alert.

Reading order: schema, ports, money, packs, pages, collection, series, forecasters, backtest, alerts, service; the disk,
the network and the databases are in adapters.
"""
