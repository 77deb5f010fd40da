"""Archives on the network: which addresses may be asked, and bytes brought from them."""
