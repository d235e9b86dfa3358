#pragma once

#include "sys/syscall.h"

// The Minix file system on a block device, such as idea2, appears at the directory. Flags: mount_read_only or 0.
int mount(const char* device, const char* directory, int flags);
// -1 with EBUSY while somebody uses something in it.
int umount(const char* directory);
