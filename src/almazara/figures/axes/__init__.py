"""Axes: places become fractions of a length, and some of them get words, of which the width is known."""
