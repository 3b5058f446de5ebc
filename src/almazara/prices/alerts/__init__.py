"""Rules over histories -> events -> messages."""
