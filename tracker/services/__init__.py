"""What changes the tracker: one function an act, atomic, with its audit event."""
