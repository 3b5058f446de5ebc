"""Films: raw files -> clean tables -> catalog -> similar films, films for users -> judged, published, answered.

Reading order, each folder a step: raw, cleaning, catalog, similar, users, then service and artifact, building, judging,
renewing.
"""
