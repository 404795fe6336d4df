"""Every write about system reviews: one function each, atomic, audited, with the round locked first."""
