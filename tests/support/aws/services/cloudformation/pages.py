"""Pages of lists; short ones, so that clients have to follow them."""
import re

from .template import invalid

PAGE = 5


def paged(items, members, size=PAGE):
    """One page and the token of the next."""
    begin = 0
    if "NextToken" in members:
        match = re.fullmatch(r"page-(\d+)", members["NextToken"])
        if not match:
            raise invalid(f"Invalid NextToken {members['NextToken']}")
        begin = int(match[1])
    end = begin + size
    return items[begin:end], f"page-{end}" if end < len(items) else None
