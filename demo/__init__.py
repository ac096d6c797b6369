"""EDGE. A made-up study to look around in: every child, level and picture is invented by code."""
