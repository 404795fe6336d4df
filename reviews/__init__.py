"""System reviews. The app is in its place; its records and pages come with their own change."""
