#!/usr/bin/env bash
# deb.sh [OUT]: Debian packages of the commit at hand, by debhelper, into OUT
# (build/deb), and what lintian says of them.  Exit 1 if that is an error or a
# warning.  Needs: apt-get install debhelper lintian, and what the README installs
# for the tests; DEB_BUILD_OPTIONS=nocheck DEB_BUILD_PROFILES=nocheck does without.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(realpath -m "${1:-build/deb}")
version=$(sed -n 's/^#define DEDUP_VERSION "\(.*\)"/\1/p' dedup.h)
from=$(git log -1 --format='%cD')
tree=$out/dedup-$version

rm -rf "$out"
mkdir -p "$tree"
git archive HEAD | tar -x -C "$tree"
mv "$tree/packaging/debian" "$tree/debian"
maintainer=$(sed -n 's/^Maintainer: //p' "$tree/debian/control")
printf 'dedup (%s) unstable; urgency=medium\n\n  * See NEWS.\n\n -- %s  %s\n' \
    "$version" "$maintainer" "$from" >"$tree/debian/changelog"
(cd "$tree" && dpkg-buildpackage -us -uc -b)
rm -rf "$tree"
ls -l "$out"
lintian --fail-on error,warning "$out"/*.changes
