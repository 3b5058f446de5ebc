"""What users do -> who they are -> films for them."""
