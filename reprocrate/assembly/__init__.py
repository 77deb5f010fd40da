"""From the author's `reprocrate.toml` and the run records to the manifest, anew each time it is needed."""
