#pragma once

#include "sys/types.h"

// An exercise, together with fork. (createprocess of nonstd.h can wait for what it starts.)
pid_t waitpid(pid_t pid, int* status, int options);
