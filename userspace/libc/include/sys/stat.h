#pragma once

#include "sys/syscall.h"

int mkdir(const char* path, ...); // a mode may follow, and is ignored: SWEB has no users
int stat(const char* path, struct file_status* status);
int fstat(int fd, struct file_status* status);
