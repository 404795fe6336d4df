"""Prints the names of what is in its environment."""

import os

if __name__ == "__main__":
    print(sorted(os.environ))
