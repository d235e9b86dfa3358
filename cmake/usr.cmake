# What /usr holds: a picture of it, USR_DIR, is made in the build folder; partition 2 of every disk is filled from there.
# Whoever puts something below USR_DIR says so with one of these functions, which is all that the disks look at.
# GUESTS_USR_DIR holds what only the host's disk has: /usr/guests.
set(USR_DIR ${CMAKE_BINARY_DIR}/usr)
set(GUESTS_USR_DIR ${CMAKE_BINARY_DIR}/usr-guests)
file(MAKE_DIRECTORY ${USR_DIR} ${GUESTS_USR_DIR}/guests)

# sweb_usr_file(FILE...): files below USR_DIR that a custom command produces.
function(sweb_usr_file)
  set_property(GLOBAL APPEND PROPERTY SWEB_USR_FILES ${ARGN})
endfunction()

# sweb_usr_program(TARGET NAME): an executable target, which becomes /usr/NAME.sweb. The target should have another name:
# CMake would take a command such as cp for the target of that name.
function(sweb_usr_program target name)
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${USR_DIR} OUTPUT_NAME ${name} SUFFIX .sweb)
  sweb_usr_file(${USR_DIR}/${name}.sweb)
  set_property(GLOBAL APPEND PROPERTY SWEB_USR_TARGETS ${target})
endfunction()

# sweb_usr_copy(SOURCE PATH): the file SOURCE becomes /usr/PATH.
function(sweb_usr_copy source path)
  add_custom_command(OUTPUT ${USR_DIR}/${path}
    COMMAND ${CMAKE_COMMAND} -E copy ${source} ${USR_DIR}/${path} DEPENDS ${source} VERBATIM)
  sweb_usr_file(${USR_DIR}/${path})
endfunction()

include(${CMAKE_SOURCE_DIR}/userspace/userspace.cmake OPTIONAL)
