"""What a repeated run finds around it: variables, threads, kernels, trackers that are kept offline."""
