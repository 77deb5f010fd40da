"""One launch, from the request to the complete record."""
