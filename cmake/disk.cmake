# sweb_disk(NAME PARTITIONS... [KERNEL file] BOOT_DIR dir USR_DIRS dir... DEPENDS ...): the raw disk NAME in the build folder.
# PARTITIONS are three pairs "first sector;sectors". Contents: see tools/mkdisk.sh.
set(BOOT_MEDIA_DIR ${CMAKE_SOURCE_DIR}/arch/x86/64/boot/media)

# The boot sector and loader for one partition table, as ${target}.bin.
function(sweb_boot_media target p1 n1 p2 n2 p3 n3)
  file(GLOB sources CONFIGURE_DEPENDS ${BOOT_MEDIA_DIR}/*.S)
  add_executable(${target} ${sources})
  target_compile_definitions(${target} PRIVATE PART1_START=${p1} PART1_SECTORS=${n1} PART2_START=${p2}
    PART2_SECTORS=${n2} PART3_START=${p3} PART3_SECTORS=${n3})
  target_compile_options(${target} PRIVATE -m32 -g)
  target_link_options(${target} PRIVATE -m32 -nostdlib -static -no-pie LINKER:--build-id=none
    LINKER:-z,noexecstack LINKER:--no-warn-rwx-segments LINKER:-T,${BOOT_MEDIA_DIR}/media.ld)
  set_target_properties(${target} PROPERTIES LINK_DEPENDS ${BOOT_MEDIA_DIR}/media.ld)
  add_custom_command(OUTPUT ${target}.bin
    COMMAND ${CMAKE_OBJCOPY} -O binary $<TARGET_FILE:${target}> ${target}.bin DEPENDS ${target} VERBATIM)
endfunction()

function(sweb_disk name)
  cmake_parse_arguments(DISK "" "KERNEL;BOOT_DIR" "PARTITIONS;USR_DIRS;DEPENDS" ${ARGN})
  get_filename_component(stem ${name} NAME_WE)
  sweb_boot_media(media-${stem} ${DISK_PARTITIONS})
  file(MAKE_DIRECTORY ${DISK_BOOT_DIR})
  if(NOT DISK_KERNEL)
    set(DISK_KERNEL none)
  endif()
  set(kernel_file ${DISK_KERNEL})
  list(REMOVE_ITEM kernel_file none)
  add_custom_command(OUTPUT ${name}
    COMMAND ${CMAKE_SOURCE_DIR}/tools/mkdisk.sh ${name} media-${stem}.bin $<TARGET_FILE:exe2minixfs>
            ${DISK_KERNEL} ${DISK_BOOT_DIR} ${DISK_USR_DIRS}
    DEPENDS ${CMAKE_SOURCE_DIR}/tools/mkdisk.sh media-${stem}.bin exe2minixfs ${kernel_file} ${DISK_DEPENDS}
    VERBATIM COMMENT "Filling the disk ${name}")
endfunction()
