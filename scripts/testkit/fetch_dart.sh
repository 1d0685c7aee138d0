#!/usr/bin/env bash
# Puts a Dart VM with its compiler below .carrel, for the checks of client-contract/dart. Installs nothing and needs no root.
# For Debian and Ubuntu on x86-64. Elsewhere install the Dart SDK, 3.5 or newer: a `dart` on the PATH is preferred to this one.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
folder="$here/../../.carrel/dart"
[ ! -x "$folder/dart" ] || exit 0

# The last version of this package (MIT) that holds the 32-bit Dart VM (BSD-3-Clause), Dart 3.7.3.
package=sass-embedded-linux-ia32@1.89.0
integrity="sha512-5fxBeXyvBr3pb+vyrx9V6yd7QDRXkAPbwmFVVhjqshBABOXelLysEFea7xokh/tM8JAAQ4O8Ls3eW3Eojb477g=="

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/vm" "$work/npm"
(cd "$work/npm" && npm pack --silent "$package" > /dev/null)
archive=("$work"/npm/*.tgz)
digest='"sha512-" + require("crypto").createHash("sha512").update(require("fs").readFileSync(0)).digest("base64")'
[ "$(node -p "$digest" < "${archive[0]}")" = "$integrity" ] || {
  echo "The archive of $package is not the one that this project has checked." >&2
  exit 1
}
tar -xzf "${archive[0]}" -C "$work/vm" --strip-components=3 package/dart-sass/src/dart package/dart-sass/src/LICENSE
mv "$work/vm/dart" "$work/vm/dart-vm"
"$here/unpack_debian.sh" "$work/vm/libraries" libc6-i386 lib32stdc++6 lib32gcc-s1

# A kernel without 32-bit programs runs them by QEMU, at about a fifth of the speed.
loader=libraries/lib32/ld-linux.so.2
emulator=
if ! "$work/vm/$loader" --version > /dev/null 2>&1; then
  "$here/unpack_debian.sh" "$work/qemu" qemu-user-static
  mv "$work/qemu/usr/bin/qemu-i386-static" "$work/vm/"
  emulator='"$folder/qemu-i386-static" '
fi
cat > "$work/vm/dart" <<END
#!/bin/sh
folder=\$(dirname "\$0")
exec $emulator"\$folder/$loader" --library-path "\$folder/libraries/lib32:\$folder/libraries/usr/lib32" "\$folder/dart-vm" "\$@"
END
chmod +x "$work/vm/dart"
"$work/vm/dart" --version > /dev/null 2>&1 || {
  echo "The Dart VM does not run on this machine." >&2
  exit 1
}
mkdir -p "$(dirname "$folder")"
rm -rf "$folder"
mv "$work/vm" "$folder"
