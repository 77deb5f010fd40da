"""What may stand in a record, and what must not."""
