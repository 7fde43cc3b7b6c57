"""Sphinx extensions of the website; `_config.yml` lists them."""
