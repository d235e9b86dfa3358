# Running, in SWEB's way: make qemu, kvm, bochs, qemugdb + rungdb, showhelp, debug, mrproper.
set(RUNNER_DIR ${CMAKE_BINARY_DIR}/tests)
set(RUNNER ${CMAKE_COMMAND} -E env SWEB_BUILD=${CMAKE_BINARY_DIR} ${RUNNER_DIR}/release/swebrun)

add_custom_target(runner
  COMMAND ${CMAKE_COMMAND} -E env --unset=RUSTFLAGS ${CARGO} build --locked -q --release -p harness --bin swebrun
          --target-dir ${RUNNER_DIR}
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/tests USES_TERMINAL VERBATIM COMMENT "Building the runner (Rust)")

# sweb_run_target(NAME OPTION...): boots SWEB with its shell on this terminal.
function(sweb_run_target name)
  add_custom_target(${name} COMMAND ${RUNNER} ${ARGN} USES_TERMINAL VERBATIM)
  add_dependencies(${name} runner image)
endfunction()

sweb_run_target(qemu --emulator qemu)
sweb_run_target(kvm --emulator kvm)
sweb_run_target(bochs --emulator bochs)
sweb_run_target(qemugdb --emulator qemu --gdb)

# Debian's Bochs is built with its own debugger, which excludes the stub for gdb.
add_custom_target(bochsgdb
  COMMAND ${CMAKE_COMMAND} -E echo "This Bochs has no gdb stub (it has a debugger of its own). Use: make qemugdb"
  COMMAND ${CMAKE_COMMAND} -E false VERBATIM)

add_custom_target(rungdb
  COMMAND gdb -q kernel64.x -ex "target remote localhost:1234" -ex "hbreak startup" -ex "hbreak kpanict" -ex continue
  DEPENDS kernel64.x WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL VERBATIM)

add_custom_target(debug
  COMMAND ${CMAKE_COMMAND} -DSWEB_DEBUG=ON ${CMAKE_BINARY_DIR}
  COMMENT "From now on the kernel is built unoptimised; 'cmake -DSWEB_DEBUG=OFF .' takes it back" VERBATIM)

add_custom_target(mrproper
  COMMAND ${CMAKE_COMMAND} -DDIR=${CMAKE_BINARY_DIR} -P ${CMAKE_SOURCE_DIR}/cmake/mrproper.cmake
  COMMENT "Emptying the build folder" VERBATIM)

add_custom_target(showhelp COMMAND ${CMAKE_COMMAND} -E cat ${CMAKE_SOURCE_DIR}/cmake/showhelp.txt VERBATIM)
