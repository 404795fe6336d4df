"""The report for a scrutiny commission: what it says (`document`), and how it becomes a PDF or a Word file.

It is made of public figures alone (`tracker.public_figures`) and the manager's own title and introduction: no row, no
name and no small number gets this far.
"""
