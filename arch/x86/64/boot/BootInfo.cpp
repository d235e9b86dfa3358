#include "BootInfo.h"

#include "Multiboot.h"
#include "assert.h"
#include "debug.h"
#include "kstring.h"

constinit char BootInfo::command_line_[MAX_COMMAND_LINE] = {};
constinit ArchCommon::MemoryRegion BootInfo::regions_[MAX_REGIONS] = {};
constinit size_t BootInfo::region_count_ = 0;
constinit ArchCommon::Module BootInfo::modules_[MAX_MODULES] = {};
constinit char BootInfo::module_names_[MAX_MODULES][MAX_MODULE_NAME] = {};
constinit size_t BootInfo::module_count_ = 0;

namespace
{
constexpr uint64 IDENTITY_MAPPED = 1UL << 30;
constexpr uint64 MINIMUM_MEMORY = 3UL << 20;

/// A loader's structure at a physical address, or null if it is not where we can reach it during boot.
template <typename T> const T* loaderData(uint32 physical, size_t size = sizeof(T))
{
  if (physical == 0 || physical + size > IDENTITY_MAPPED)
    return nullptr;
  return reinterpret_cast<const T*>(static_cast<pointer>(physical));
}

void copyString(char* destination, size_t size, uint32 physical)
{
  if (const char* text = loaderData<char>(physical, size))
    kstrlcpy(destination, text, size);
}
} // namespace

void BootInfo::read(uint32 multiboot_information)
{
  const MultibootInfo* information = loaderData<MultibootInfo>(multiboot_information);
  if (!information)
    kpanict("The boot loader's information block (at %#x) is not in the first GiB.", multiboot_information);

  readCommandLine(*information);
  readModules(*information);
  readMemory(*information);
  debug(A_BOOT, "Command line: \"%s\"; %zu memory regions, %zu modules\n", command_line_, region_count_, module_count_);
}

void BootInfo::readCommandLine(const MultibootInfo& information)
{
  if (information.flags & MultibootInfo::HAS_COMMAND_LINE)
    copyString(command_line_, MAX_COMMAND_LINE, information.command_line);
}

void BootInfo::readModules(const MultibootInfo& information)
{
  if (!(information.flags & MultibootInfo::HAS_MODULES) || information.module_count == 0)
    return;
  if (information.module_count > MAX_MODULES)
    kpanict("The boot loader passes %u modules, SWEB takes at most %zu.", information.module_count, MAX_MODULES);

  const MultibootModule* modules =
      loaderData<MultibootModule>(information.modules, information.module_count * sizeof(MultibootModule));
  if (!modules)
    kpanict("The boot loader's module list (at %#x) is not in the first GiB.", information.modules);
  for (size_t i = 0; i < information.module_count; ++i)
  {
    copyString(module_names_[i], MAX_MODULE_NAME, modules[i].command_line);
    modules_[i] = {modules[i].start, modules[i].end, module_names_[i]};
  }
  module_count_ = information.module_count;
}

void BootInfo::readMemory(const MultibootInfo& information)
{
  if (information.flags & MultibootInfo::HAS_MEMORY_MAP)
    readMemoryMap(information);
  else if (information.flags & MultibootInfo::HAS_MEMORY_SIZES)
  {
    addRegion(0, information.memory_lower * 1024UL, true);
    addRegion(1UL << 20, information.memory_upper * 1024UL, true);
  }
  else
    kpanict("The boot loader passes no memory map; use a loader that does (GRUB, QEMU -kernel).");

  uint64 usable = 0;
  for (size_t i = 0; i < region_count_; ++i)
    if (regions_[i].usable)
      usable += regions_[i].end - regions_[i].start;
  if (usable < MINIMUM_MEMORY)
    kpanict("The machine has %lu KiB of memory, SWEB needs at least 4 MiB.", usable / 1024);
}

void BootInfo::readMemoryMap(const MultibootInfo& information)
{
  const uint8* map = loaderData<uint8>(information.memory_map, information.memory_map_length);
  if (!map)
    kpanict("The boot loader's memory map (at %#x) is not in the first GiB.", information.memory_map);

  size_t offset = 0;
  while (offset + sizeof(MultibootMemoryRegion) <= information.memory_map_length)
  {
    const auto* region = reinterpret_cast<const MultibootMemoryRegion*>(map + offset);
    if (region->size < sizeof(MultibootMemoryRegion) - sizeof(region->size))
      kpanict("The boot loader's memory map has an entry of %u bytes at offset %zu.", region->size, offset);
    addRegion(region->base, region->length, region->type == MultibootMemoryRegion::AVAILABLE);
    offset += region->size + sizeof(region->size);
  }
}

void BootInfo::addRegion(uint64 start, uint64 length, bool usable)
{
  if (length == 0)
    return;
  if (region_count_ == MAX_REGIONS)
    kpanict("The memory map has more than %zu entries.", MAX_REGIONS);
  const uint64 end = start + length < start ? ~0UL : start + length;
  regions_[region_count_++] = {start, end, usable};
  debug(A_BOOT, "Memory %#014lx - %#014lx %s\n", start, end, usable ? "usable" : "reserved");
}
