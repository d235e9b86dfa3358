# The disks.
