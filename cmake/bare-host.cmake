# bare-host.x: the smallest kernel that runs a guest, for the test that the library keeps the host's registers itself.
file(GLOB BARE_HOST_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/bare-host/*.cpp ${CMAKE_SOURCE_DIR}/tests/bare-host/*.S)
add_executable(bare-host64.x ${CMAKE_SOURCE_DIR}/arch/x86/64/boot/entry.S ${BARE_HOST_SOURCES})
compile_as_kernel(bare-host64.x)
link_as_kernel(bare-host64.x)

add_custom_command(OUTPUT bare-host.x
  COMMAND ${CMAKE_OBJCOPY} --strip-debug -O elf32-i386 $<TARGET_FILE:bare-host64.x> bare-host.x
  DEPENDS bare-host64.x VERBATIM)
add_custom_target(bare-host ALL DEPENDS bare-host.x)
