"""Edge: the pages a family uses on a phone."""
