"""Measurements behind numbers that the repository states; each runs as ``python -m benchmarks.<name>``."""
