"""What must stay fast; `bin/bench` runs it."""
