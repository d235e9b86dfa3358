#pragma once

#include "sys/types.h"

// Mapping memory is an exercise: mmap and shm_open fail with ENOSYS until somebody solves it.

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_SHARED 1
#define MAP_PRIVATE 2
#define MAP_ANONYMOUS 0x20
#define MAP_FAILED ((void*)-1)

void* mmap(void* start, size_t length, int protection, int flags, int fd, off_t offset);
int munmap(void* start, size_t length);
int mprotect(void* start, size_t length, int protection);
int shm_open(const char* name, int flags, mode_t mode);
int shm_unlink(const char* name);
