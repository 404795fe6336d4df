"""The forms of contexts, a file a slice."""
