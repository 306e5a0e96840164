#!/usr/bin/env bash
# portable.sh: the library builds with another C library (musl, where musl-gcc is
# installed), and with the forms that systems without one's extensions need.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
flags=(-std=c11 -D_GNU_SOURCE -O1 -fsyntax-only -Wall -Wextra -Werror)
for folder in . base text hash store saved table engine api io; do
	flags+=(-I "$root/$folder")
done
sources=("$root"/{dedup,shingle,io/json}.c
    "$root"/{base,text,hash,store,saved,table,engine,api}/*.c)
n=0 passed=0 failed=0 skipped=0
compile() {	# WHAT COMPILER [FLAG]...
	local what=$1
	n=$((n + 1))
	shift
	if ! command -v "$1" >/dev/null; then
		skipped=$((skipped + 1))
		echo "ok $n - $what # SKIP $1 is not installed"
	elif "$@" "${flags[@]}" "${sources[@]}"; then
		passed=$((passed + 1))
		echo "ok $n - $what"
	else
		failed=$((failed + 1))
		echo "not ok $n - $what"
	fi
}
# musl-gcc looks in no folder of the system: these two headers suit any libc.
mkdir "$here/include"
for name in xxhash.h utf8proc.h; do
	cp "/usr/include/$name" "$here/include/" 2>/dev/null || :
done
compile 'the library builds with musl' musl-gcc -I "$here/include"
compile 'the library builds without memrchr()' "${CC:-cc}" -DPORTABLE
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
