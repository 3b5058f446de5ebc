"""What is said to people, in Spanish and English: sentences as codes and figures, numbers as each writes them."""
