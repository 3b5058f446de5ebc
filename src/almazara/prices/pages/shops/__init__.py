"""Pages of shops that publish their offer for machines."""
