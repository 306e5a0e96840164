#!/usr/bin/env bash
# Instructions a byte, by valgrind --tool=callgrind: the same on every machine
# that has AVX2.  usage: bench_instructions.sh DEDUP GEN [--check]
# With --check, more than 5 % above tests/instructions.txt is a failure.
set -euo pipefail
dedup=$1
gen=$2
here=$(dirname "$0")
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
if ! command -v valgrind >/dev/null; then
	echo 'no valgrind: skipped'
	exit 0
fi
if ! grep -qw avx2 /proc/cpuinfo 2>/dev/null; then
	echo 'no AVX2: skipped'
	exit 0
fi

count() {	# FILE [OPTION]...: hundredths of an instruction a byte
	local file=$1 n
	shift
	n=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
	    "$dedup" -q -T1 "$@" "$file" 2>&1 >/dev/null |
	    awk '/Collected/ { print $4 }')
	echo $((n * 100 / $(stat -c %s "$file")))
}

failed=0
printf '| what | instructions a byte |\n| --- | ---: |\n'
for kind in lines paragraphs; do
	"$gen" -s 1 -b 4M -k "$kind" >"$tmp/$kind"
	for options in -x ''; do
		# shellcheck disable=SC2086
		n=$(count "$tmp/$kind" $options)
		what="$kind${options:+ $options}"
		printf '| %s | %d.%02d |\n' "$what" $((n / 100)) $((n % 100))
		most=$(awk -F'\t' -v what="$what" '$1 == what { print $2 }' \
		    "$here/instructions.txt")
		if [ "${3-}" = --check ] && [ $((n * 100)) -gt $((most * 105)) ]
		then
			echo "$what: more than 5 % above $most / 100" >&2
			failed=1
		fi
	done
done
exit $failed
