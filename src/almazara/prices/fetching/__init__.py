"""Address -> page -> snapshot, politely."""
