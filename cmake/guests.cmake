# The guests that come along: /usr/guests/NAME.vm and what the definitions name. Only the host's disk has them.
set(GUESTS_SOURCE_DIR ${CMAKE_SOURCE_DIR}/userspace/guests)
set(guest_files)

# sweb_guest_file(SOURCE NAME): the file SOURCE becomes /usr/guests/NAME.
macro(sweb_guest_file source name)
  add_custom_command(OUTPUT ${GUESTS_USR_DIR}/guests/${name}
    COMMAND ${CMAKE_COMMAND} -E copy ${source} ${GUESTS_USR_DIR}/guests/${name} DEPENDS ${source} VERBATIM)
  list(APPEND guest_files ${GUESTS_USR_DIR}/guests/${name})
endmacro()

# sweb_asm_guest(NAME [FOLDER]): userspace/guests/NAME.S, or all sources of a folder there, linked by the NAME.ld beside, becomes
# /usr/guests/NAME.
macro(sweb_asm_guest name)
  set(dir ${GUESTS_SOURCE_DIR})
  set(sources ${name}.S)
  if(${ARGC} GREATER 1)
    set(dir ${GUESTS_SOURCE_DIR}/${ARGV1})
    file(GLOB sources CONFIGURE_DEPENDS RELATIVE ${dir} ${dir}/*.S)
  endif()
  list(TRANSFORM sources PREPEND ${dir}/)
  add_executable(guest-${name} ${sources})
  target_compile_options(guest-${name} PRIVATE -m32)
  target_link_options(guest-${name} PRIVATE -m32 -nostdlib -static -no-pie LINKER:--build-id=none LINKER:-z,noexecstack
    LINKER:-T,${dir}/${name}.ld)
  set_target_properties(guest-${name} PROPERTIES LINK_DEPENDS ${dir}/${name}.ld
    RUNTIME_OUTPUT_DIRECTORY ${GUESTS_USR_DIR}/guests OUTPUT_NAME ${name})
  list(APPEND guest_files guest-${name})
endmacro()

file(GLOB definitions CONFIGURE_DEPENDS ${GUESTS_SOURCE_DIR}/*.vm)
foreach(definition ${definitions})
  get_filename_component(name ${definition} NAME)
  sweb_guest_file(${definition} ${name})
endforeach()
sweb_asm_guest(hello)
sweb_asm_guest(boot)
sweb_asm_guest(bench bench)

# guest: this very kernel, and a disk of its own with the same programs.
get_property(usr_files GLOBAL PROPERTY SWEB_USR_FILES)
get_property(usr_targets GLOBAL PROPERTY SWEB_USR_TARGETS)
sweb_disk(guest.img
  PARTITIONS 2048 512 4096 12288 16384 1024
  BOOT_DIR ${CMAKE_BINARY_DIR}/guest-boot-partition USR_DIRS ${USR_DIR}
  DEPENDS ${usr_files} ${usr_targets})
sweb_guest_file(${CMAKE_BINARY_DIR}/guest.img guest.img)
sweb_guest_file(${CMAKE_BINARY_DIR}/kernel.x kernel.x)
