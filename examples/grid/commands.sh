# Everything that this example does, as it would be typed: two methods on two data sets, then the bundle.
reprocrate run --all
reprocrate pack
