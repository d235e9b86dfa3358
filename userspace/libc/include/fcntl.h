#pragma once

#include "sys/syscall.h"

#define O_RDONLY open_rdonly
#define O_WRONLY open_wronly
#define O_RDWR open_rdwr
#define O_CREAT open_creat
#define O_APPEND open_append
#define O_EXCL open_excl
#define O_NONBLOCK open_nonblock
#define O_TRUNC open_trunc
#define O_SYNC open_sync

// Returns a descriptor, or -1.
int open(const char* path, int flags, ...);
int creat(const char* path);
