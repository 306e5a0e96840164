#!/usr/bin/env bash
# What a separator of documents costs that is in one long line many times.
# usage: bench_separator.sh DEDUP
set -euo pipefail
dedup=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
TIMEFORMAT=%U
separator=$(head -c 100000 /dev/zero | tr '\0' a)
for mb in 16 32; do
	head -c "${mb}000000" /dev/zero | tr '\0' a >"$tmp/line"
	taken=$({ time "$dedup" --document-separator="$separator" \
	    "$tmp/line" >/dev/null 2>&1; } 2>&1)
	printf 'a separator of 100 KB in a line of %d MB: %s s\n' "$mb" "$taken"
done
