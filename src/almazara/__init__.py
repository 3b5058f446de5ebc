"""Almazara: raw data to served, self-renewing predictions, for films and for prices."""
