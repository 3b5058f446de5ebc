"""What can be seen of a running server: access lines, metrics, traces."""
