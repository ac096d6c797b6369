"""Edge to phones: texts, providers, webhooks, dispatch and the heartbeat process."""
