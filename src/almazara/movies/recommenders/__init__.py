"""Recommenders: each answers `which films are most like this one` from arrays that were fitted at build time."""
