# Every directory of the kernel is on the include path: headers are included by their bare name, as in SWEB.
# arch/x86/64/boot/media holds what runs before the kernel; it is assembled by cmake/disk.cmake.
file(GLOB_RECURSE KERNEL_SOURCES CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/arch/x86/64/*.cpp ${CMAKE_SOURCE_DIR}/arch/x86/64/*.S ${CMAKE_SOURCE_DIR}/sweb/*.cpp)
list(FILTER KERNEL_SOURCES EXCLUDE REGEX "/arch/x86/64/boot/media/")
file(GLOB_RECURSE KERNEL_HEADERS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/arch/x86/64/*.h ${CMAKE_SOURCE_DIR}/sweb/*.h)
set(KERNEL_INCLUDE_DIRS)
foreach(header ${KERNEL_HEADERS})
  get_filename_component(dir ${header} DIRECTORY)
  list(APPEND KERNEL_INCLUDE_DIRS ${dir})
endforeach()
list(REMOVE_DUPLICATES KERNEL_INCLUDE_DIRS)
