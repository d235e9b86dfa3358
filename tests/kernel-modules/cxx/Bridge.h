#pragma once

#include "Bitmap.h"
#include "Containers.h"
#include "Descriptors.h"
#include "Disks.h"
#include "Strings.h"
#include "Volume.h"
#include "Walk.h"
