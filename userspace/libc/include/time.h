#pragma once

#include "sys/types.h"

#define CLOCKS_PER_SEC 1000000

typedef unsigned long clock_t;

// An exercise.
clock_t clock(void);
