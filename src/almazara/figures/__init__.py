"""Figures: what a picture shows, as plain values, and its drawing as SVG, PNG or Plotly; pure, and used everywhere."""
