#!/usr/bin/env bash
# Unpacks packages of Debian below .carrel, for tests of what the project itself does not need. Installs nothing and needs no root.
# For Debian and Ubuntu. Usage: fetch_debian.sh FOLDER PACKAGE...
set -euo pipefail
folder="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.carrel/$1"
shift
[ ! -d "$folder" ] || exit 0
packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
cd "$packages"
mkdir -p lists/partial cache/archives/partial
own=(-o "Dir::State::lists=$packages/lists" -o "Dir::Cache=$packages/cache" -o Debug::NoLocking=1)
apt-get -qq download "$@" 2>/dev/null || { apt-get -qq "${own[@]}" update && apt-get -qq "${own[@]}" download "$@"; }
for package in *.deb; do dpkg -x "$package" unpacked; done
mkdir -p "$(dirname "$folder")"
mv unpacked "$folder"
