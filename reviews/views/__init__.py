"""The pages of system reviews."""
