# The table from which the kernel's backtraces take names and lines. It describes the finished kernel, so that is linked
# twice: first without the table; then, with the table made of that, again. The table lies behind all code, so
# no address in it moves.
set(SYMTAB ${CMAKE_BINARY_DIR}/rust-tools/tool/symtab)
file(GLOB SYMTAB_SOURCES CONFIGURE_DEPENDS ${RUST_DIR}/tools/symtab/Cargo.toml ${RUST_DIR}/tools/symtab/src/*.rs)
add_custom_command(OUTPUT ${SYMTAB}
  COMMAND ${CARGO_RUN} ${CARGO} build --locked -q --profile tool -p symtab --target-dir ${CMAKE_BINARY_DIR}/rust-tools
  COMMAND ${CMAKE_COMMAND} -E touch ${SYMTAB}
  DEPENDS ${SYMTAB_SOURCES}
  WORKING_DIRECTORY ${RUST_DIR} VERBATIM COMMENT "Building symtab (Rust)")

# Makes `source` (assembly, generated) carry the symbol table of `program` in its section .swebdbg.
function(symbol_table program source)
  set(table ${CMAKE_CURRENT_BINARY_DIR}/${program}.symbols)
  add_custom_command(OUTPUT ${table}
    COMMAND ${SYMTAB} $<TARGET_FILE:${program}> ${table} --source ${CMAKE_SOURCE_DIR}
    DEPENDS ${SYMTAB} ${program} VERBATIM COMMENT "Writing the symbol table of ${program}")
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
        .section .swebdbg, "a", @progbits
        .balign 16
        .incbin "@table@"
        .section .note.GNU-stack, "", @progbits
]])
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${table})
endfunction()
