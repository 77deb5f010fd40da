"""The steps of `rerun`, in the order in which it takes them."""
