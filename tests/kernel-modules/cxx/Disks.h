#pragma once

#include "rust/cxx.h"

struct Partition;

/// PartitionTable::read on a disk with this content.
rust::Vec<Partition> read_partitions(rust::Slice<const uint8_t> disk);

/// Makes a disk known to the BDManager for good; its name.
rust::String register_disk(rust::Slice<const uint8_t> disk);
rust::Vec<rust::String> device_names();
int64_t claim_device(rust::Str name, bool exclusive);
void release_device(rust::Str name, bool exclusive);
