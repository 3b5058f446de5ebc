"""The exploration: figures drawn by the server first, and Dash in their place once it is ready."""
