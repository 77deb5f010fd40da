"""Data of a rerun that did not come with the bundle: what the reader has, and what is fetched."""
