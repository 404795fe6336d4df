"""What the templates of public figures need."""

from django import template

from ..public_figures import Table

register = template.Library()


@register.filter
def bar_length(table: Table, count: int) -> int:
    """How long the bar of a count is, in hundredths of the longest of its table."""
    return round(100 * count / max(line.count for line in table.shown))
