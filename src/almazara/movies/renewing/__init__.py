"""Retraining: data and events -> a challenger -> published, or the champion kept."""
