# Kernel modules on the developer's machine: the VFS, minixfs and the utilities, with stand-ins for locks and threads from
# tools/hostkernel. Headers come by -iquote, so that the kernel's errno.h does not hide the machine's <errno.h>.
file(GLOB_RECURSE HOSTKERNEL_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sweb/fs/*.cpp)
list(APPEND HOSTKERNEL_SOURCES ${CMAKE_SOURCE_DIR}/sweb/ustl/ustring.cpp ${CMAKE_SOURCE_DIR}/sweb/util/Bitmap.cpp
     ${CMAKE_SOURCE_DIR}/tools/hostkernel/hostkernel.cpp)
set(HOSTKERNEL_DIRS tools/hostkernel sweb/ustl sweb/util sweb/console sweb/fs sweb/fs/block sweb/fs/ramfs
    sweb/fs/devicefs sweb/fs/minixfs)
list(TRANSFORM HOSTKERNEL_DIRS PREPEND -iquote${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE HOSTKERNEL_INCLUDES)

add_library(hostkernel STATIC EXCLUDE_FROM_ALL ${HOSTKERNEL_SOURCES})
target_compile_options(hostkernel PUBLIC -std=gnu++20 -g -O2 ${HOSTKERNEL_INCLUDES} PRIVATE -Wall -Wextra -Werror -fno-exceptions
  -fno-rtti)
target_compile_definitions(hostkernel PUBLIC EXE2MINIXFS)

# exe2minixfs IMAGE ...: fills a Minix file system; run it without arguments for its usage.
file(GLOB EXE2MINIXFS_SOURCES CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/exe2minixfs/*.cpp)
add_executable(exe2minixfs ${EXE2MINIXFS_SOURCES})
target_compile_options(exe2minixfs PRIVATE -Wall -Wextra -Werror)
target_link_libraries(exe2minixfs PRIVATE hostkernel)
