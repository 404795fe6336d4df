"""What is printed and handed out: what stands on each paper, and how it becomes a PDF or a Word file.

A paper is a tree of plain strings (`documents`). The templates that print it get nothing else, so that whatever is
done to the tree, as taking out names (`redaction`), holds for all that can get onto the paper.
"""
