#!/bin/sh
# Builds and runs every test, and ends with a summary: test.sh [FILTER], a part of the tests' names.
set -u

here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
: "${SWEB_BUILD:=$here/build}"
# Tests that try many cases say here how many (rust-vmx/crates/counts).
SWEB_COUNTS=$SWEB_BUILD/counts
export SWEB_BUILD SWEB_COUNTS RUST_LIB_BACKTRACE=0
unset RUSTFLAGS
filter=${1:-}
summary=
failed=0

# step NAME COMMAND...: runs it, goes on after a failure, remembers how it went and how long it took.
step() {
  name=$1
  shift
  printf '\n==> %s\n' "$name"
  begin=$(date +%s)
  if "$@"; then result=ok; else result=FAILED failed=1; fi
  summary="$summary$(printf '%-8s %5d s  %s' "$result" $(($(date +%s) - begin)) "$name")
"
}

# cargo_tests WORKSPACE THREADS CARGO-OPTIONS...: with nextest when it is installed.
cargo_tests() {
  cd "$here/$1" || return 1
  threads=$2
  shift 2
  if cargo nextest --version > /dev/null 2>&1; then
    cargo nextest run --locked --no-fail-fast --status-level fail --test-threads "$threads" \
      --no-tests pass "$@" $filter
  else
    cargo test --locked --no-fail-fast "$@" -- --test-threads "$threads" $filter
  fi
}

hypervisor_tests() { (export CARGO_TARGET_DIR="$SWEB_BUILD/rust-host"; cargo_tests rust-vmx "$(nproc)"); }
host_tests() { (export CARGO_TARGET_DIR="$SWEB_BUILD/tests"; cargo_tests tests "$(nproc)" --workspace --exclude system --exclude hostile --exclude harness); }
system_tests() { (export CARGO_TARGET_DIR="$SWEB_BUILD/tests"; cargo_tests tests 2 --release -p system -p harness); }

# Not with nextest: its process for each test would boot the host for each guest.
hostile_tests() {
  cd "$here/tests" || return 1
  CARGO_TARGET_DIR="$SWEB_BUILD/tests" cargo test --locked --release -p hostile -- --test-threads 2 $filter
}

# What stands behind the numbers of passed tests: the cases of each family.
print_counts() {
  [ -s "$SWEB_COUNTS" ] || return 0
  printf '\ncases tried:\n'
  awk -F '\t' '{ sum[$1] += $2 } END { for (family in sum) printf "%10d  %s\n", sum[family], family }' \
    "$SWEB_COUNTS" | sort -k 2
}

mkdir -p "$SWEB_BUILD"
: > "$SWEB_COUNTS"
step 'build: kernel, hypervisor, programs, disks' "$here/x" build
step 'hypervisor: the crates on this machine' hypervisor_tests
step 'kernel modules on this machine' host_tests
step 'system: the harness, and SWEB in Bochs and QEMU' system_tests
step 'hostile guests in Bochs' hostile_tests

print_counts
printf '\n%s' "$summary"
[ "$failed" -eq 0 ] && printf 'All tests passed.\n' || printf 'Something failed; the reports are above.\n'
exit "$failed"
