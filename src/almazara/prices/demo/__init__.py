"""The demo shop: invented olive oils whose prices move day by day."""
