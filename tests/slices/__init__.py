"""What each slice of the contexts brings to the tests that hold everywhere: one module a slice.

A module may have:
TABLE       lines of the permission matrix (see tests/permissions/table.py)
arguments   (world, cell) -> the arguments of the route's URL, None where the route is not the slice's
FORMS       {route: (world, cell) -> a complete, valid form}
fill        (world): makes every record of the slice, for pages that list them
forbidden   (world, identity) -> the planted words that this identity may not see
LISTS       {name: (make many, ask)}: pages whose queries must not grow (see tests/test_conventions.py)
LOOKS       {role: [Look]}: the pages of the slice, with prepare(world, role) that makes what they show
NO_PAGE     routes without a page of their own
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType


@cache
def modules() -> list[ModuleType]:
    """Every slice's module, by name: looked for once, as the matrix asks for them thousands of times."""
    return [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]


def merged(name: str) -> dict:
    """The dictionaries of this name of every slice, as one. Raises ValueError where a key stands twice."""
    found: dict = {}
    for module in modules():
        part = getattr(module, name, {})
        if twice := found.keys() & part.keys():
            raise ValueError(f"{name} of {module.__name__}: {sorted(twice)} stand twice")
        found |= part
    return found


def joined(name: str) -> list:
    """The lists or sets of this name of every slice, one after the other; a text counts as one."""
    found = [getattr(module, name, ()) for module in modules()]
    return [each for part in found for each in ([part] if isinstance(part, str) else part)]


def looks() -> dict:
    """The looks of every slice, by role."""
    found: dict = {}
    for module in modules():
        for role, looks in getattr(module, "LOOKS", {}).items():
            found.setdefault(role, []).extend(looks)
    return found
