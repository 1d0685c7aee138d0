#!/usr/bin/env bash
# Puts Debian's PgBouncer below .carrel, for the tests of the functions behind a transaction pooler. Installs nothing and needs no root.
# For Debian and Ubuntu.
set -euo pipefail
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.carrel/pgbouncer"
[ ! -x "$folder/usr/sbin/pgbouncer" ] || exit 0
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
cd "$packages"
mkdir -p lists/partial cache/archives/partial
download() { apt-get -qq "$@" download pgbouncer libevent-2.1-7 libc-ares2; }
own=(-o "Dir::State::lists=$packages/lists" -o "Dir::Cache=$packages/cache" -o Debug::NoLocking=1)
download 2>/dev/null || { apt-get -qq "${own[@]}" update && download "${own[@]}"; }
for package in *.deb; do dpkg -x "$package" unpacked; done
mkdir -p "$(dirname "$folder")"
mv unpacked "$folder"
