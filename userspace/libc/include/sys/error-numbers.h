#pragma once

// The kernel's numbers. This file exists because the kernel's header is called errno.h as well.
#include "../../../../sweb/util/errno.h"
