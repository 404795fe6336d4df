"""Contexts as subjects of casework. The app is in its place; its records and pages come with their own change."""
