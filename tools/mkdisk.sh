#!/bin/sh
# Writes a disk: mkdisk.sh OUTPUT BOOT EXE2MINIXFS KERNEL BOOT_DIR USR_DIR...
#   BOOT      boot sector and loader; its partition table says where everything goes
#   KERNEL    ELF file for the loader, at sector 2048, outside every file system; or 'none'
#   BOOT_DIR  becomes partition 1 (Minix v1), the USR_DIRs together partition 2 (Minix v3); partition 3 stays empty
set -eu

output=$1 boot=$2 exe2minixfs=$3 kernel=$4 boot_dir=$5
shift 5
PATH=$PATH:/usr/sbin:/sbin
kernel_sector=2048

# The 32-bit number at byte $1 of the boot sector.
number() { od -An -tu4 -j "$1" -N 4 "$boot" | tr -d ' '; }
part_start() { number $((446 + 16 * ($1 - 1) + 8)); }
part_sectors() { number $((446 + 16 * ($1 - 1) + 12)); }

# place FILE SECTOR: writes the file into the disk; holes stay holes.
place() { dd if="$1" of="$output.new" bs=512 seek="$2" conv=notrunc,sparse status=none; }

# fill NUMBER VERSION DIR...: a file system with everything below the folders.
fill() {
  number=$1 version=$2
  shift 2
  part=$output.part
  rm -f "$part"
  truncate -s $(($(part_sectors "$number") * 512)) "$part"
  mkfs.minix -"$version" "$part" > "$part.log" || { cat "$part.log" >&2; exit 1; }
  for dir; do
    "$exe2minixfs" "$part" "$dir" || { echo "mkdisk: $dir does not go into partition $number" >&2; exit 1; }
  done
  place "$part" "$(part_start "$number")"
  rm -f "$part" "$part.log"
}

if [ "$kernel" != none ] && [ "$(stat -c %s "$kernel")" -gt $((($(part_start 1) - kernel_sector) * 512)) ]; then
  echo "mkdisk: $kernel is too large for the sectors before partition 1" >&2
  exit 1
fi
rm -f "$output.new"
truncate -s $((($(part_start 3) + $(part_sectors 3)) * 512)) "$output.new"
place "$boot" 0
[ "$kernel" = none ] || place "$kernel" $kernel_sector
fill 1 1 "$boot_dir"
fill 2 3 "$@"
mv "$output.new" "$output"
