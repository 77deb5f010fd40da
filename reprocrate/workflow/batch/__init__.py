"""Thousands of submissions: judged by several processes, each with limits of its own, and gone on with."""
