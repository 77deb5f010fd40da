"""The data of a launch: files, where they lie, their digests, and what came over the network."""
