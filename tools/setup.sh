#!/bin/sh
# Installs what SWEB-VMX needs on Debian 12, and only what is missing: setup.sh [--check] [--base]
#   --check  only tells whether something is missing
#   --base   what building, running and testing need, without the tools of a developer
set -eu

PATH=$PATH:${CARGO_HOME:-$HOME/.cargo}/bin:/usr/sbin:/sbin
target=x86_64-unknown-none

# What must exist, a command or a file, and the package that brings it.
needed='
g++ g++
cmake cmake
ninja ninja-build
make make
git git
mkfs.minix util-linux
grub-mkimage grub-common
/usr/lib/grub/i386-pc/boot.img grub-pc-bin
bochs-bin bochs
/usr/share/bochs/BIOS-bochs-latest bochsbios
/usr/share/bochs/VGABIOS-lgpl-latest vgabios
/usr/lib/x86_64-linux-gnu/bochs/plugins/libbx_x_gui.so bochs-x
qemu-system-x86_64 qemu-system-x86
/etc/ssl/certs/ca-certificates.crt ca-certificates
'
needed_by_developers='
gdb gdb
clang-format clang-format
'

say() { printf '%s\n' "setup: $*" >&2; }

present() {
  case $1 in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" > /dev/null ;;
  esac
}

missing_packages() {
  printf '%s%s' "$needed" "$needed_by_developers" | while read -r thing package; do
    [ -z "$thing" ] || present "$thing" || printf '%s ' "$package"
  done
  # Without rustup, Debian's newest compiler; it has no precompiled core library for bare metal, hence its sources.
  if ! command -v rustup > /dev/null; then
    command -v cargo > /dev/null || printf 'cargo-web '
    command -v rustc > /dev/null || printf 'rustc-web '
    has_rust_target || [ -d "$(rustc_sources)" ] || printf 'rust-web-src '
  fi
}

has_rust_target() {
  command -v rustc > /dev/null && [ -d "$(rustc --print target-libdir --target "$target" 2> /dev/null)" ]
}

rustc_sources() {
  command -v rustc > /dev/null || { echo /nonexistent; return; }
  echo "$(rustc --print sysroot)/lib/rustlib/src/rust/library"
}

# rustup can add the target; without rustup, the sources of the core library are as good.
rust_missing() {
  has_rust_target && return 1
  command -v rustup > /dev/null && return 0
  return 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    say "run as root, or install sudo: $*"
    exit 1
  fi
}

install_packages() {
  command -v apt-get > /dev/null || { say "this is not Debian; please install what these packages hold: $*"; exit 1; }
  say "installing $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

check=false
for option; do
  case $option in
    --check) check=true ;;
    --base) needed_by_developers= ;;
    *) say "there is no option $option"; exit 2 ;;
  esac
done
packages=$(missing_packages)
if $check; then
  [ -z "$packages" ] && ! rust_missing
  exit
fi
# shellcheck disable=SC2086 # a list of packages
[ -z "$packages" ] || install_packages $packages
if rust_missing; then
  say "adding the Rust target $target"
  rustup target add "$target"
fi
say 'everything is there'
