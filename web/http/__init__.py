"""HTTP plumbing: guard, session, errors, uploads, the stream of events."""
