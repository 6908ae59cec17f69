"""What upstreams are told of sessions: queued in the books until they have confirmed it."""
