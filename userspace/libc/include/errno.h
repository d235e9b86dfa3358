#pragma once

#include "sys/error-numbers.h"

// Why the last failing call failed; never reset to 0.
extern int errno;

// What a function returns that nobody has written yet: -1, with errno = ENOSYS.
int __not_implemented(void);
