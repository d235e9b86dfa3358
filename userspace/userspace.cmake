# Programs. Dropping NAME.c into tests/ or tools/ makes /usr/NAME.sweb; a folder NAME with C files becomes one program of
# that name; everything in data/ is copied to /usr.
set(USER_DIR ${CMAKE_SOURCE_DIR}/userspace)
execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=include
                OUTPUT_VARIABLE USER_COMPILER_INCLUDES OUTPUT_STRIP_TRAILING_WHITESPACE)

# What libc and programs have in common. The developer's own C library must not leak in: only the headers that come
# with the compiler itself (stdarg.h, stdint.h, ...) are taken from the machine.
add_library(user_options INTERFACE)
target_include_directories(user_options INTERFACE ${USER_DIR}/libc/include ${CMAKE_SOURCE_DIR}/sweb/kernel)
target_compile_options(user_options INTERFACE -ffreestanding -nostdinc -isystem ${USER_COMPILER_INCLUDES}
  -g -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer -fcf-protection=none
  -fno-asynchronous-unwind-tables -ffunction-sections -fdata-sections
  $<$<COMPILE_LANGUAGE:C>:-std=gnu2x -Wall -Wextra -Werror -Wmissing-prototypes -Wstrict-prototypes>)

file(GLOB_RECURSE LIBC_SOURCES CONFIGURE_DEPENDS ${USER_DIR}/libc/src/*.c ${USER_DIR}/libc/src/*.S)
list(REMOVE_ITEM LIBC_SOURCES ${USER_DIR}/libc/src/crt0.S)
add_library(user_libc STATIC ${LIBC_SOURCES})
target_link_libraries(user_libc PRIVATE user_options)
# Loops that copy or search must not become calls of the functions they implement.
target_compile_options(user_libc PRIVATE -O2 -fno-tree-loop-distribute-patterns)

add_library(user_crt0 OBJECT ${USER_DIR}/libc/src/crt0.S)
target_link_libraries(user_crt0 PRIVATE user_options)

function(sweb_user_program name)
  set(target user-${name})
  add_executable(${target} ${ARGN} $<TARGET_OBJECTS:user_crt0>)
  target_compile_options(${target} PRIVATE -Og)
  target_link_libraries(${target} PRIVATE user_options user_libc)
  target_link_options(${target} PRIVATE -nostdlib -static -no-pie
    LINKER:-z,max-page-size=4096 LINKER:--gc-sections LINKER:--build-id=none LINKER:-T,${USER_DIR}/user.ld)
  set_target_properties(${target} PROPERTIES LINK_DEPENDS ${USER_DIR}/user.ld)
  sweb_usr_program(${target} ${name})
endfunction()

foreach(folder tests tools)
  file(GLOB entries CONFIGURE_DEPENDS ${USER_DIR}/${folder}/*)
  foreach(entry ${entries})
    get_filename_component(name ${entry} NAME_WE)
    if(IS_DIRECTORY ${entry})
      file(GLOB sources CONFIGURE_DEPENDS ${entry}/*.c)
      if(sources)
        sweb_user_program(${name} ${sources})
        target_include_directories(user-${name} PRIVATE ${entry})
      endif()
    elseif(entry MATCHES "\\.c$")
      sweb_user_program(${name} ${entry})
    endif()
  endforeach()
endforeach()

file(GLOB USER_DATA CONFIGURE_DEPENDS ${USER_DIR}/data/*)
foreach(file ${USER_DATA})
  get_filename_component(name ${file} NAME)
  sweb_usr_copy(${file} ${name})
endforeach()
