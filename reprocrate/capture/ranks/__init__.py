"""Launches of many processes: ranks, nodes, attempts, and the kernels of notebooks."""
