#!/bin/sh
# What a reviewer should not have to say: clippy, formats, licences, no vector code in the kernel, Miri.
set -u

here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
: "${SWEB_BUILD:=$here/build}"
failed=0

check() {
  name=$1
  shift
  printf '\n==> %s\n' "$name"
  "$@" || { echo "FAILED: $name"; failed=1; }
}

# clippy WORKSPACE CARGO-OPTIONS...
clippy() {
  (
    cd "$here/$1" || exit 1
    export CARGO_TARGET_DIR="$SWEB_BUILD/lint-$1"
    shift
    cargo clippy --locked -q --workspace --all-targets "$@" -- -D warnings
  )
}
# The library for a kernel has its own panic handler, which a program for this machine cannot have.
clippy_kernel() {
  cd "$here/rust-vmx" || return 1
  CARGO_TARGET_DIR="$SWEB_BUILD/lint-kernel" cargo clippy --locked -q -p sweb-vmx --target x86_64-unknown-none -- -D warnings
}

# An instruction that touches a vector register in the kernel would destroy a program's or a guest's.
no_vector_code() {
  count=$(objdump -d "$SWEB_BUILD/kernel64.x" | grep -cE '%[xyz]mm')
  echo "instructions with vector registers: $count"
  [ "$count" -eq 0 ]
}

# The C++ code that takes in what programs, guests, disks and people decide answers with errors. What it asserts is the
# kernel's own state, and each assert says who sees to that.
reasons_of_asserts() {
  cd "$here" || return 1
  find sweb/vm sweb/fs sweb/kernel/*Syscall.* sweb/kernel/User* sweb/kernel/Loader.* sweb/kernel/Elf* \
    sweb/kernel/ProgramArguments.* sweb/kernel/PageFaultHandler.* sweb/console/Term* sweb/console/Ansi* \
    sweb/console/Scancode* sweb/console/HeldKeys.* -type f -exec awk '
      FNR == 1 { statement = "" }
      /(^|[^_[:alnum:]])assert\(/ || statement != "" {
        statement = statement $0
        if (!/;/) next
        if (statement !~ /"/) { print FILENAME ":" FNR ":" statement; missing = 1 }
        statement = ""
      }
      END { exit missing }' {} +
}

# Miri finds undefined behaviour; it needs a nightly compiler with the component. Left out is what would take it an hour and
# says least of unsafe code: the rules of VM entry, the longest property of guest memory, the instruction decoder's tables,
# whole machines with their 65,536 ports.
miri() {
  if ! cargo +nightly miri --version > /dev/null 2>&1; then
    echo 'skipped: no nightly with Miri (rustup +nightly component add miri)'
    return 0
  fi
  cd "$here/rust-vmx" || return 1
  skips=
  for tests in check memory_is_memory mmio bus:: definition:: tests::ends:: tests::firmware:: tests::interrupts:: tests::memory:: \
    tests::ports:: tests::registers::; do
    skips="$skips --skip $tests"
  done
  # Frames are named by physical addresses, so pointers come from numbers.
  # shellcheck disable=SC2086
  CARGO_TARGET_DIR="$SWEB_BUILD/miri" PROPTEST_CASES=2 MIRIFLAGS='-Zmiri-disable-isolation -Zmiri-permissive-provenance' \
    cargo +nightly miri test --locked -q -p bounds -p devices -p machine -p vmx --lib -- $skips
}

[ -f "$SWEB_BUILD/kernel64.x" ] || "$here/x" build || exit 1
check 'formats' "$here/tools/fmt.sh" --check
check 'clippy: hypervisor, for the developer'\''s machine' clippy rust-vmx --exclude sweb-vmx
check 'clippy: hypervisor, for the kernel' clippy_kernel
check 'clippy: tests' clippy tests
check 'licences' "$here/tools/licences.sh"
check 'no vector code' no_vector_code
check 'reasons of asserts' reasons_of_asserts
check 'Miri' miri
exit "$failed"
