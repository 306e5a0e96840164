#!/usr/bin/env bash
# memory.sh: what must hold of the command where there is no memory: each
# allocation of a run fails in turn; see must.sh.
#
#   EVERY   of the allocations one in so many, after the first 100   (7)
# shellcheck disable=SC2317	# functions are called by name
# shellcheck source=tests/must.sh

. "$(dirname "$0")/must.sh"

every=${EVERY:-7}
shim=$tmp/fail_alloc.so

make_shim() {
	! is_sanitized || skip 'it has an allocator of its own'
	[ -e "$shim" ] || "${CC:-cc}" -shared -fPIC -O1 -o "$shim" \
	    "$tests/preload/fail_alloc.c" -ldl ||
	    skip 'the shim cannot be compiled'
}

inputs() {
	printf '%b' "$twice$whole\n\n$part\n\n$variant\n\n" >a
	printf '%b' "$long\n\n$whole\n\nA menu\nof short\nlines here\n" >b
	for n in {1..40}; do
		printf 'Line %s says what line %s of such a text says.\n\n' \
		    "$n" $((n % 30))
	done >c
	for text in "$long" "$other" "$long" "$whole" "$part"; do
		printf '{"id":"x","text":"%s"}\n' "$text"
	done >d.jsonl
	dedup --save=t a >/dev/null
	dedup --load=t --save=u b >/dev/null
	if command -v zstd >/dev/null; then
		zstd -qc c >c.zst
	else
		cp c c.zst
	fi
}

# What a run has put out, and the files that it has made.
outputs() {
	cat -- *
}

# No run crashes; one that ends well has put out what it puts out with all the
# memory, or has said why not.
bears_no_memory() {	# [ARGUMENT]...
	local n total status mode
	make_shim
	mkdir in
	(cd in && inputs)
	cp -r in whole
	(cd whole && COUNT_TO=../count LD_PRELOAD=$shim "$DEDUP" "$@" \
	    >out 2>/dev/null) || [ $? -eq 1 ]
	total=$(cat count)
	[ "$total" -gt 3 ]
	for ((n = 1; n <= total; n += n < 100 ? 1 : every)); do
		for mode in FAIL_AT FAIL_FROM; do
			rm -rf now
			cp -r in now
			status=0
			(cd now && exec env "$mode=$n" "LD_PRELOAD=$shim" \
			    "$DEDUP" "$@" >out 2>../err) || status=$?
			if [ "$status" -gt 2 ]; then
				echo "$mode=$n: $status"
				return 1
			fi
			[ "$status" -ne 2 ] || [ -s err ] ||
			    [ "$mode" = FAIL_FROM ] || {
				echo "$mode=$n: said nothing"
				return 1
			}
			[ "$status" -eq 2 ] || grep -q memory err || {
				diff -r -x '*.lock' whole now || {
					echo "$mode=$n: another output"
					return 1
				}
			}
		done
	done
}
while read -r -a line; do
	must "without memory, dedup ${line[*]}" bears_no_memory "${line[@]}"
done <<'END'
a b
-o o --log=l a c
--compress=gzip a
--compress=zstd a
--compress=xz a
c.zst
d.jsonl
-x --keep=none a b
-b 2 a b
-t .8 --contained --diff a b
--against=b --against=t a
--load=t --load=u a
-T2 a b c
--output-dir=to --resume a b
--in-place=.old a b
--top=3 a b
--merge -o m t u
END

sum_up
