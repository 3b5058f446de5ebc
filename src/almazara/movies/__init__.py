"""Films: raw files -> clean tables -> catalog -> answers and recommendations.

Reading order: schema, nested, cleaning, contract, titles, catalog, recommenders, service; the disk and the network are
in adapters.
"""
