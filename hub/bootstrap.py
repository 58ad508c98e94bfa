"""The one wiring file: settings in, a Container of ready services out."""
