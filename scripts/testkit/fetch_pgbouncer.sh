#!/usr/bin/env bash
# Puts Debian's PgBouncer below .carrel, for the tests of the functions behind a transaction pooler. Installs nothing. For Debian and Ubuntu.
set -euo pipefail
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.carrel/pgbouncer"
[ ! -x "$folder/usr/sbin/pgbouncer" ] || exit 0
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
cd "$packages"
download() { apt-get -qq download pgbouncer libevent-2.1-7 libc-ares2; }
download 2>/dev/null || { apt-get -qq update && download; }
for package in *.deb; do dpkg -x "$package" unpacked; done
mkdir -p "$(dirname "$folder")"
mv unpacked "$folder"
