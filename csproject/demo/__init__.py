"""Parts of the demonstration's data; loaded by the command load_demo."""
