"""The edge of the vertical: disk, network, databases."""
