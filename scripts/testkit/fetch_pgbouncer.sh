#!/usr/bin/env bash
# Puts Debian's PgBouncer below .carrel, for the tests of the functions behind a transaction pooler. Installs nothing and needs no root.
# For Debian and Ubuntu.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
folder="$here/../../.carrel/pgbouncer"
[ ! -x "$folder/usr/sbin/pgbouncer" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here/unpack_debian.sh" "$work/unpacked" pgbouncer libevent-2.1-7 libc-ares2
mkdir -p "$(dirname "$folder")"
mv "$work/unpacked" "$folder"
