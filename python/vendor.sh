#!/bin/sh
# vendor.sh: put the sources of xxHash and utf8proc, as Debian has them, into
# vendor/ beside this script, with their licences, so that an sdist and wheels
# need neither of them installed.  Debian, with deb-src in its sources of apt.
set -eu
to=$(cd "$(dirname "$0")" && pwd)/vendor
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
apt-get source --download-only xxhash utf8proc
for archive in *.orig.tar.*; do
	tar -xf "$archive"
done
rm -rf "$to"
mkdir "$to"
cp xx[Hh]ash-*/xxhash.h "$to/"
cp xx[Hh]ash-*/LICENSE "$to/LICENSE.xxhash"
cp utf8proc-*/utf8proc.h utf8proc-*/utf8proc.c utf8proc-*/utf8proc_data.c "$to/"
cp utf8proc-*/LICENSE.md "$to/LICENSE.utf8proc"
