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
# A package of another architecture is in lists that the system may not have.
case "$*" in *:i386*) own+=(-o APT::Architectures::=amd64 -o APT::Architectures::=i386) ;; esac
fetched=
apt-get -qq download "$@" 2>/dev/null && fetched=1
# One list that fails, as while a mirror is being synced, does not matter if the others have the packages.
for pause in 0 5 15; do
  [ -z "$fetched" ] || break
  sleep "$pause"
  apt-get -qq "${own[@]}" update || true
  apt-get -qq "${own[@]}" download "$@" && fetched=1
done
[ -n "$fetched" ]
for package in *.deb; do dpkg -x "$package" unpacked; done
mkdir -p "$(dirname "$folder")"
mv unpacked "$folder"
