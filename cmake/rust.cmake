# The Rust static library and its C++ header.
include(${CMAKE_CURRENT_LIST_DIR}/rust-toolchain.cmake)
set(RUST_DIR ${CMAKE_SOURCE_DIR}/rust-vmx)
set(RUST_TARGET_DIR ${CMAKE_BINARY_DIR}/rust)
# A Debug build has the library's own checks in it: the checker looks at the first VM entry of every guest.
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(RUST_PROFILE checked)
else()
  set(RUST_PROFILE release)
endif()
set(RUST_LIB ${RUST_TARGET_DIR}/${RUST_TARGET}/${RUST_PROFILE}/libsweb_vmx.a)
set(RUST_HEADER ${CMAKE_BINARY_DIR}/include/sweb_vmx.h)

# cargo's .d file names the sources; the manifests and the flags it leaves out are named here.
file(GLOB RUST_MANIFESTS CONFIGURE_DEPENDS ${RUST_DIR}/Cargo.toml ${RUST_DIR}/Cargo.lock ${RUST_DIR}/.cargo/config.toml
     ${RUST_DIR}/crates/*/Cargo.toml)
add_custom_command(OUTPUT ${RUST_LIB}
  COMMAND ${CARGO_RUN} ${CARGO} build --locked --profile ${RUST_PROFILE} -p sweb-vmx --target ${RUST_TARGET}
          --target-dir ${RUST_TARGET_DIR} ${CARGO_STD_ARGS}
  DEPENDS ${RUST_MANIFESTS}
  DEPFILE ${RUST_TARGET_DIR}/${RUST_TARGET}/${RUST_PROFILE}/libsweb_vmx.d
  WORKING_DIRECTORY ${RUST_DIR} USES_TERMINAL VERBATIM COMMENT "Building the hypervisor library (Rust)")

# Its own target directory: two cargos in one directory wait for each other.
set(RUST_SOURCE ${RUST_DIR}/crates/sweb-vmx/src/ffi.rs)
set(RUST_CBINDGEN ${RUST_DIR}/crates/sweb-vmx/cbindgen.toml)
add_custom_command(OUTPUT ${RUST_HEADER}
  COMMAND ${CARGO_RUN} ${CARGO} run --locked -q --profile tool -p headergen
          --target-dir ${CMAKE_BINARY_DIR}/rust-tools -- ${RUST_CBINDGEN} ${RUST_SOURCE} ${RUST_HEADER}
  DEPENDS ${RUST_SOURCE} ${RUST_CBINDGEN} ${RUST_DIR}/tools/headergen/src/main.rs
  WORKING_DIRECTORY ${RUST_DIR} VERBATIM COMMENT "Writing sweb_vmx.h from ffi.rs (cbindgen)")
# Two targets, so that C++ is compiled while cargo works: it needs the header, and only the link needs the library.
add_custom_target(rust-header DEPENDS ${RUST_HEADER})
add_custom_target(rust DEPENDS ${RUST_LIB})
add_dependencies(rust rust-header)
