"""Headings under which `--help` of the longer commands puts their options."""

from __future__ import annotations

WORK = "What is run again"
DATA = "Data and network"
ISOLATION = "Isolation and limits"
OUTPUT = "What is written"
KNOWN = "What counts"
