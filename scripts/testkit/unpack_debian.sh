#!/usr/bin/env bash
# unpack_debian.sh FOLDER PACKAGE...: downloads Debian packages and unpacks them into a folder. Installs nothing and needs no root.
# Where apt has no lists, or old ones, it downloads lists of its own.
set -euo pipefail
folder=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder" "$work/lists/partial" "$work/cache/archives/partial"
folder=$(cd "$folder" && pwd)
cd "$work"
own=(-o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o Debug::NoLocking=1)
apt-get -qq download "$@" 2>/dev/null || { apt-get -qq "${own[@]}" update && apt-get -qq "${own[@]}" download "$@"; }
for package in *.deb; do dpkg -x "$package" "$folder"; done
