"""The cast: 24 made-up children over both arms and sites."""

from typing import Final

from demo.cast_a import FIRST_SITE
from demo.cast_b import SECOND_SITE

CAST: Final = (*FIRST_SITE, *SECOND_SITE)
