"""What the operating system gives: time, identifiers, secrets, the lock on the data, and sudden death under test."""
