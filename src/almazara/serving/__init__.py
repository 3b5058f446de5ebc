"""Serves the app: which connections are held, and for how long a client is waited for."""
