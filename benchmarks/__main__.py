"""Runs the cases and prints their ratios: `python -m benchmarks [case ...]` on an empty, migrated database."""

import statistics
import sys
import time

import django
from django.db import connection

ROUNDS = 15


def measure(small, large, rounds: int = ROUNDS) -> tuple[float, float]:
    """The median seconds of both, taken in turns so that whatever else the machine does falls on both alike."""
    warm = min(2, rounds)  # the first ones warm caches and connections
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + warm):
        for taken, act in zip(times, (small, large), strict=True):
            if ready := getattr(act, "prepare", None):
                ready()  # what does not count: turning to the database that it is about
            begin = time.perf_counter()
            act()
            if turn >= warm:
                taken.append(time.perf_counter() - begin)
    return statistics.median(times[0]), statistics.median(times[1])


def main(wanted: list[str]) -> int:
    """Prints a line a case; 1 where a ratio is above what the case allows, 2 for a case that is not there."""
    django.setup()
    from django.test.utils import override_settings

    from .cases import CASES
    from .sizes import turn_to

    empty = connection.settings_dict["NAME"]

    unknown = set(wanted) - set(CASES)
    if unknown:
        print(f"No such case: {', '.join(sorted(unknown))}. There are: {', '.join(CASES)}", file=sys.stderr)
        return 2
    slow = 0
    print(f"{'case':<22}{'small':>10}{'large':>10}{'ratio':>8}{'most':>7}  what is compared")
    with override_settings(SECURE_SSL_REDIRECT=False, ALLOWED_HOSTS=["testserver"]):
        for name in wanted or CASES:
            case = CASES[name]
            if connection.settings_dict["NAME"] != empty:  # the case before ended in a database of its own
                turn_to(empty)
            small, large = case.prepare()
            if callable(small):
                small, large = (seconds * 1000 for seconds in measure(small, large, case.rounds))
            ratio = large / small
            slow += ratio > case.most
            line = f"{name:<22}{small:>7.1f} {case.unit}{large:>7.1f} {case.unit}{ratio:>8.2f}{case.most:>7.1f}"
            print(f"{line}  {case.words}{'   TOO SLOW' if ratio > case.most else ''}", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
