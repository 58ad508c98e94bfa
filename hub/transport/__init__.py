"""The wire: HTTP, mail, sockets."""
