"""Every planted bug, in the order of the files that plant them."""

from __future__ import annotations

from tests.world import bugs_at_the_line as bugs_at_the_line, bugs_inside as bugs_inside
from tests.world.planting import BUGS as BUGS, planted as planted
