"""The pages of contexts, a file a slice."""
