# Running, in SWEB's way.
