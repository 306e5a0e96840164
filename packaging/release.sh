#!/usr/bin/env bash
# release.sh HOMEPAGE URL TARBALL [OUT]: a formula for Homebrew and a recipe for
# conda, of a release that stands at URL and is TARBALL here, into OUT
# (build/release).  Each is checked as far as its tools are here: brew or rubocop;
# py-rattler-build, for the python3 on PATH.
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
homepage=$1 url=$2 sha256=$(sha256sum <"$3")
out=$(realpath -m "${4:-build/release}")
cd "$(dirname "$0")/.."
version=$(sed -n 's/^#define DEDUP_VERSION "\(.*\)"/\1/p' dedup.h)
mkdir -p "$out"

fill() {	# FILE.in
	sed -e "s|@HOMEPAGE@|$homepage|" -e "s|@URL@|$url|" \
	    -e "s|@SHA256@|${sha256%% *}|" -e "s|@VERSION@|$version|" "$1" \
	    >"$out/$(basename "$1" .in)"
}

fill packaging/homebrew/dedup.rb.in
fill packaging/conda/recipe.yaml.in
checked=
if command -v brew >/dev/null; then
	brew style "$out/dedup.rb"
	checked+=' brew'
elif command -v rubocop >/dev/null; then
	rubocop --config packaging/homebrew/rubocop.yml "$out/dedup.rb"
	checked+=' rubocop'
fi
if python3 -c 'import rattler_build' 2>/dev/null; then
	python3 packaging/conda/check.py "$out/recipe.yaml"
	checked+=' rattler-build'
fi
echo "made: $out/dedup.rb $out/recipe.yaml; checked by:${checked:- nothing}"
