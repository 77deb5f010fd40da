# by
# Ada <ada@uni.example.edu>
