"""Edge: the JSON interface at /api/v1."""
