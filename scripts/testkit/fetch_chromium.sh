#!/usr/bin/env bash
# Puts Debian's Chromium and the libraries that this machine lacks below .carrel, for the tests in a browser. Installs nothing and needs no root.
# For Debian and Ubuntu. Elsewhere install Chromium: a `chromium` on the PATH is preferred to this one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ ! -x .carrel/chromium/chromium ] || exit 0

work=$PWD/.carrel/chromium.part
rm -rf "$work"
mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/root"
trap 'rm -rf "$work"' EXIT
own=(-o "Dir::State::lists=$work/apt/lists" -o "Dir::Cache=$work/apt/cache" -o Debug::NoLocking=1)
fetched=
# One list that fails, as while a mirror is being synced, does not matter if the others have the packages.
for pause in 0 5 15; do
  sleep "$pause"
  apt-get -qq "${own[@]}" update || true
  # APT itself knows which libraries are missing here. fonts-dejavu-core: a bare machine has no font.
  apt-get -qq "${own[@]}" --yes --no-install-recommends --download-only install chromium fonts-dejavu-core > /dev/null && fetched=1 && break
done
[ -n "$fetched" ]
for package in "$work"/apt/cache/archives/*.deb; do dpkg -x "$package" "$work/root"; done
rm -r "$work/apt"

# The font that was fetched, and those of the machine.
cat > "$work/fonts.conf" <<'END'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">root/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
  <match target="pattern"><edit name="family" mode="append_last"><string>DejaVu Sans</string></edit></match>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
END
# Libraries lie in folders of their own too, such as pulseaudio.
libraries=$(cd "$work/root" && find . -name '*.so*' -not -path './usr/lib/chromium/*' -printf '%h\n' | sort -u | sed 's|^\.|$folder/root|' | paste -sd:)
cat > "$work/chromium" <<END
#!/bin/sh
folder=\$(cd "\$(dirname "\$0")" && pwd)
export LD_LIBRARY_PATH="$libraries\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
export FONTCONFIG_FILE="\$folder/fonts.conf"
exec "\$folder/root/usr/lib/chromium/chromium" "\$@"
END
chmod +x "$work/chromium"
"$work/chromium" --version > /dev/null 2>&1 || {
  echo "Chromium does not run on this machine." >&2
  exit 1
}
rm -rf .carrel/chromium
mv "$work" .carrel/chromium
