"""Bundles for double-blind review: identities out, and back in with a proof after acceptance."""
