"""Running recorded runs again, each on copies of what it was recorded with."""
