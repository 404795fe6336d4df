"""Keys in addresses, which open something for whoever holds them: no log keeps them."""

import logging
import re

# The key in the link of an e-mail opens an account; the token of a link for partners, a review.
_KEY = re.compile(r"(/password/reset/key/|/reviews/shared/)[^/\s]+")


def without_keys(text: str) -> str:
    """`text` with … in the place of each key."""
    return _KEY.sub(r"\1…", text)


class WithoutKeys(logging.Filter):
    """Takes keys out of a line of the log, as of those in which Django names the address that it refused."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every line is kept, without its keys."""
        record.msg = without_keys(record.msg) if isinstance(record.msg, str) else record.msg
        if isinstance(record.args, tuple):
            record.args = tuple(without_keys(each) if isinstance(each, str) else each for each in record.args)
        return True
