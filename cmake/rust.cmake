# The Rust static library and its C++ header.
find_program(CARGO cargo REQUIRED HINTS $ENV{HOME}/.cargo/bin)
set(RUST_DIR ${CMAKE_SOURCE_DIR}/rust-vmx)
set(RUST_TARGET_DIR ${CMAKE_BINARY_DIR}/rust)
set(RUST_LIB ${RUST_TARGET_DIR}/x86_64-unknown-none/release/libsweb_vmx.a)
set(RUST_HEADER ${CMAKE_BINARY_DIR}/include/sweb_vmx.h)
file(GLOB RUST_MANIFESTS CONFIGURE_DEPENDS ${RUST_DIR}/Cargo.toml ${RUST_DIR}/Cargo.lock ${RUST_DIR}/.cargo/config.toml
     ${RUST_DIR}/crates/*/Cargo.toml)

add_custom_command(OUTPUT ${RUST_LIB}
  COMMAND ${CMAKE_COMMAND} -E env --unset=RUSTFLAGS ${CARGO} build --locked --release -p sweb-vmx
          --target x86_64-unknown-none --target-dir ${RUST_TARGET_DIR}
  DEPENDS ${RUST_MANIFESTS}
  DEPFILE ${RUST_TARGET_DIR}/x86_64-unknown-none/release/libsweb_vmx.d
  WORKING_DIRECTORY ${RUST_DIR} USES_TERMINAL VERBATIM COMMENT "Building the hypervisor library (Rust)")

set(RUST_SOURCE ${RUST_DIR}/crates/sweb-vmx/src/ffi.rs)
set(RUST_CBINDGEN ${RUST_DIR}/crates/sweb-vmx/cbindgen.toml)
add_custom_command(OUTPUT ${RUST_HEADER}
  COMMAND ${CMAKE_COMMAND} -E env --unset=RUSTFLAGS ${CARGO} run --locked -q --profile tool -p headergen
          --target-dir ${CMAKE_BINARY_DIR}/rust-tools -- ${RUST_CBINDGEN} ${RUST_SOURCE} ${RUST_HEADER}
  DEPENDS ${RUST_SOURCE} ${RUST_CBINDGEN} ${RUST_DIR}/tools/headergen/src/main.rs
  WORKING_DIRECTORY ${RUST_DIR} VERBATIM COMMENT "Writing sweb_vmx.h from ffi.rs (cbindgen)")
add_custom_target(rust DEPENDS ${RUST_LIB} ${RUST_HEADER})
