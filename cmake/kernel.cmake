# kernel64.x: the 64-bit ELF with debug information; kernel.x: the same as ELF32, for Multiboot loaders that want one.
set(KERNEL_LINKER_SCRIPT ${CMAKE_SOURCE_DIR}/arch/x86/64/kernel.ld)
add_executable(kernel64.x ${KERNEL_SOURCES})
add_dependencies(kernel64.x rust)
target_include_directories(kernel64.x PRIVATE ${KERNEL_INCLUDE_DIRS} ${CMAKE_BINARY_DIR}/include)
target_compile_options(kernel64.x PRIVATE -g -O2 -ffreestanding -mno-red-zone -mcmodel=kernel -mgeneral-regs-only -fno-pic -fno-pie
  -fno-stack-protector -fno-omit-frame-pointer -fcf-protection=none -fno-asynchronous-unwind-tables
  -ffunction-sections -fdata-sections
  $<$<COMPILE_LANGUAGE:CXX>:-std=gnu++20 -Wall -Wextra -Werror -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit>)
target_link_options(kernel64.x PRIVATE -nostdlib -static -no-pie
  LINKER:-z,max-page-size=4096 LINKER:--gc-sections LINKER:--build-id=none LINKER:-T,${KERNEL_LINKER_SCRIPT})
# The kernel's objects come before the Rust archive: its weak mem* functions must lose against ours.
target_link_libraries(kernel64.x PRIVATE ${RUST_LIB})
set_target_properties(kernel64.x PROPERTIES LINK_DEPENDS "${KERNEL_LINKER_SCRIPT};${RUST_LIB}")

add_custom_command(OUTPUT kernel.x
  COMMAND ${CMAKE_OBJCOPY} --strip-debug -O elf32-i386 $<TARGET_FILE:kernel64.x> kernel.x
  DEPENDS kernel64.x VERBATIM)
add_custom_target(kernel ALL DEPENDS kernel.x)
