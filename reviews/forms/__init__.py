"""The forms of system reviews."""
