option(SWEB_DEBUG "Build the kernel unoptimised, for single-stepping" OFF)

# kernel64.x: the 64-bit ELF with debug information; kernel.x: the same as ELF32, for Multiboot loaders that want one.
include(${CMAKE_CURRENT_LIST_DIR}/symbols.cmake)
set(KERNEL_LINKER_SCRIPT ${CMAKE_SOURCE_DIR}/arch/x86/64/kernel.ld)

# Tail calls would be missing in backtraces; asserts name files relative to the source directory.
function(compile_as_kernel name)
  add_dependencies(${name} rust-header)
  target_include_directories(${name} PRIVATE ${KERNEL_INCLUDE_DIRS} ${CMAKE_BINARY_DIR}/include)
  target_compile_options(${name} PRIVATE -g $<IF:$<BOOL:${SWEB_DEBUG}>,-O0,-O2>
    -ffreestanding -mno-red-zone -mcmodel=kernel -mgeneral-regs-only -fno-pic -fno-pie
    -fno-stack-protector -fno-omit-frame-pointer -fno-optimize-sibling-calls -fcf-protection=none -fno-asynchronous-unwind-tables
    -ffunction-sections -fdata-sections -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=
    $<$<COMPILE_LANGUAGE:CXX>:-std=gnu++20 -Wall -Wextra -Werror -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-use-cxa-atexit>)
endfunction()

function(link_as_kernel name)
  add_dependencies(${name} rust)
  target_link_options(${name} PRIVATE -nostdlib -static -no-pie
    LINKER:-z,max-page-size=4096 LINKER:--gc-sections LINKER:--build-id=none LINKER:-T,${KERNEL_LINKER_SCRIPT})
  # The kernel's objects come before the Rust archive: its weak mem* functions must lose against ours.
  target_link_libraries(${name} PRIVATE ${RUST_LIB})
  set_target_properties(${name} PROPERTIES LINK_DEPENDS "${KERNEL_LINKER_SCRIPT};${RUST_LIB}" LINKER_LANGUAGE CXX)
endfunction()

add_library(kernel-objects OBJECT ${KERNEL_SOURCES})
compile_as_kernel(kernel-objects)

function(add_kernel name)
  add_executable(${name} $<TARGET_OBJECTS:kernel-objects> ${ARGN})
  link_as_kernel(${name})
endfunction()

set(KERNEL_SYMBOLS ${CMAKE_CURRENT_BINARY_DIR}/kernel-symbols.S)
add_kernel(kernel-without-symbols.x)
symbol_table(kernel-without-symbols.x ${KERNEL_SYMBOLS})
add_kernel(kernel64.x ${KERNEL_SYMBOLS})

add_custom_command(OUTPUT kernel.x
  COMMAND ${CMAKE_OBJCOPY} --strip-debug -O elf32-i386 $<TARGET_FILE:kernel64.x> kernel.x
  DEPENDS kernel64.x VERBATIM)
add_custom_target(kernel ALL DEPENDS kernel.x)
