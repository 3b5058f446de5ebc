"""What nobody may have too much of: writes in a minute, requests at once."""
