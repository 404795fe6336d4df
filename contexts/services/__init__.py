"""What may be done to contexts: one function an act, atomic, audited, with the row locked."""
