"""Edge: the follow-up pages of the study team."""
