# The disks SWEB boots from. Both hold the same; SWEB.img starts with the fast loader, SWEB-grub.img with GRUB.
set(BOOT_DIR ${CMAKE_BINARY_DIR}/boot-partition)
add_custom_command(OUTPUT ${BOOT_DIR}/boot/kernel.x
  COMMAND ${CMAKE_COMMAND} -E copy kernel.x ${BOOT_DIR}/boot/kernel.x DEPENDS kernel.x VERBATIM)

sweb_disk(SWEB.img
  PARTITIONS 16384 16384 32768 131072 163840 98304
  KERNEL kernel.x
  BOOT_DIR ${BOOT_DIR} USR_DIRS ${USR_DIR} ${GUESTS_USR_DIR}
  DEPENDS ${BOOT_DIR}/boot/kernel.x ${usr_files} ${usr_targets} ${guest_files})

# GRUB's core image says itself that it lies in the sectors from 1 on; its embedded script needs no menu.
set(GRUB_LIB /usr/lib/grub/i386-pc)
set(GRUB_SCRIPT ${CMAKE_SOURCE_DIR}/arch/x86/64/boot/grub.cfg)
add_custom_command(OUTPUT grub-core.img
  COMMAND grub-mkimage -O i386-pc -o grub-core.img -c ${GRUB_SCRIPT} -p "(hd0,msdos1)/boot/grub"
          biosdisk part_msdos minix multiboot
  DEPENDS ${GRUB_SCRIPT} VERBATIM)
add_custom_command(OUTPUT SWEB-grub.img
  COMMAND cp --sparse=always SWEB.img SWEB-grub.img
  COMMAND dd if=${GRUB_LIB}/boot.img of=SWEB-grub.img bs=440 count=1 conv=notrunc status=none
  COMMAND dd if=grub-core.img of=SWEB-grub.img bs=512 seek=1 conv=notrunc status=none
  DEPENDS SWEB.img grub-core.img VERBATIM COMMENT "Filling the disk SWEB-grub.img")
add_custom_target(image ALL DEPENDS SWEB.img SWEB-grub.img)
