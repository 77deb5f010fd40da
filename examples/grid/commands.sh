# Four methods on four data sets with five seeds, then the bundle.
reprocrate run --all
reprocrate pack
