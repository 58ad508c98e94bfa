"""The operator's policies, parsed: what the YAML files of config/ say."""
