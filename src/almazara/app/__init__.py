"""Where both products are put together from the settings."""
