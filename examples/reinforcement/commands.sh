# Two methods with five seeds each, then the bundle.
reprocrate run --all
reprocrate pack
