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
# What the steps that run tests say when the filter leaves none of theirs; nextest says so as well.
none=4
ran=

# step NAME COMMAND...: runs it, goes on after a failure, remembers how it went and how long it took.
step() {
  name=$1
  shift
  printf '\n==> %s\n' "$name"
  begin=$(date +%s)
  "$@"
  case $? in
    0) result=ok ran=yes ;;
    "$none") result=none ;;
    *) result=FAILED ran=yes failed=1 ;;
  esac
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
      --no-tests fail "$@" $filter
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
  export CARGO_TARGET_DIR="$SWEB_BUILD/tests"
  tests=$(cargo test --locked --release -p hostile --test hostile -- --list $filter) || return 1
  case $tests in
    *': test'*) cargo test --locked --release -p hostile -- --test-threads 2 $filter ;;
    *) return $none ;;
  esac
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
ran=
step 'hypervisor: the crates on this machine' hypervisor_tests
step 'kernel modules on this machine' host_tests
step 'system: the harness, and SWEB in Bochs and QEMU' system_tests
step 'hostile guests in Bochs' hostile_tests

print_counts
printf '\n%s' "$summary"
[ -n "$ran" ] || { printf "No test's name has '%s' in it.\n" "$filter"; exit 1; }
[ "$failed" -eq 0 ] && printf 'All tests passed.\n' || printf 'Something failed; the reports are above.\n'
exit "$failed"
