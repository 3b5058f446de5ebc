"""Tracing: the marks of a chart as traces of Plotly."""
