# Which cargo builds the hypervisor library, and how.
#   rustup: the precompiled core library of the target x86_64-unknown-none.
#   Debian: rustc-web, cargo-web and rust-web-src have no such target; core and alloc are built along (SWEB_BUILD_STD).
find_program(CARGO NAMES cargo HINTS $ENV{CARGO_HOME}/bin $ENV{HOME}/.cargo/bin)
if(NOT CARGO)
  message(FATAL_ERROR "cargo is missing: run './x setup', or install rustup, or Debian's cargo-web.")
endif()
get_filename_component(CARGO_DIR ${CARGO} DIRECTORY)
find_program(RUSTC NAMES rustc HINTS ${CARGO_DIR} NO_DEFAULT_PATH REQUIRED)

execute_process(COMMAND ${RUSTC} --version OUTPUT_VARIABLE RUSTC_VERSION)
string(REGEX MATCH "[0-9.]+" RUSTC_VERSION "${RUSTC_VERSION}")
if(RUSTC_VERSION VERSION_LESS 1.88)
  message(FATAL_ERROR "${RUSTC} is version ${RUSTC_VERSION}; 1.88 is needed. 'rustup update' brings it, or on Debian 12 the "
    "packages rustc-web, cargo-web and rust-web-src of bookworm-security ('apt update && apt upgrade').")
endif()

set(RUST_TARGET x86_64-unknown-none)
execute_process(COMMAND ${RUSTC} --print target-libdir --target ${RUST_TARGET}
                OUTPUT_VARIABLE RUST_TARGET_LIBDIR OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(EXISTS "${RUST_TARGET_LIBDIR}")
  set(SWEB_BUILD_STD_DEFAULT OFF)
else()
  set(SWEB_BUILD_STD_DEFAULT ON)
endif()
option(SWEB_BUILD_STD "Build Rust's core and alloc from their sources" ${SWEB_BUILD_STD_DEFAULT})

# An inherited RUSTFLAGS would replace those of .cargo/config.toml.
set(CARGO_RUN ${CMAKE_COMMAND} -E env --unset=RUSTFLAGS)
set(CARGO_STD_ARGS)
if(SWEB_BUILD_STD)
  message(STATUS "Rust: building core and alloc along (no precompiled ${RUST_TARGET})")
  list(APPEND CARGO_RUN RUSTC_BOOTSTRAP=1 RUSTC=${RUSTC})
  set(CARGO_STD_ARGS -Zbuild-std=core,alloc,compiler_builtins -Zbuild-std-features=compiler-builtins-mem)
endif()
