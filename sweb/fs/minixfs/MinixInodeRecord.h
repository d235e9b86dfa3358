#pragma once

#include "MinixFSGeometry.h"

/// An inode as the disk has it, for all versions. Everything read is written back: owner, mode and times survive.
struct MinixInodeRecord
{
  uint32 mode = 0;
  uint32 links = 0;
  uint32 uid = 0;
  uint32 gid = 0;
  uint32 size = 0;
  uint32 access_time = 0;
  uint32 modification_time = 0; ///< version 1 knows only this one
  uint32 change_time = 0;
  uint32 zones[MINIX_ZONES_IN_INODE] = {};

  void decode(const MinixFSGeometry& geometry, const uint8* raw);
  void encode(const MinixFSGeometry& geometry, uint8* raw) const;

  bool isDirectory() const { return (mode & MINIX_MODE_TYPE_MASK) == MINIX_MODE_DIRECTORY; }
  bool isFile() const { return (mode & MINIX_MODE_TYPE_MASK) == MINIX_MODE_FILE; }
  bool isLink() const { return (mode & MINIX_MODE_TYPE_MASK) == MINIX_MODE_LINK; }
  /// Device nodes use the first zone number for something else.
  bool hasZones() const { return isDirectory() || isFile() || isLink(); }
};
