#!/usr/bin/env bash
# batch.sh: what must hold of runs over many files: where their outputs go, what
# a run that is stopped leaves, what guards it: see must.sh.
# shellcheck disable=SC2317	# functions are called by name
# shellcheck disable=SC2016	# dollars for other shells
# shellcheck disable=SC2094	# a text that is called as its file
# shellcheck source=tests/must.sh

. "$(dirname "$0")/must.sh"

knows() {	# KIND OF COMPRESSION
	case $("$DEDUP" --compress="$1" </dev/null 2>&1 >/dev/null) in
	*built\ without*) skip "built without it" ;;
	esac
	case $1 in
	gzip) command -v gzip ;;
	*) command -v "$1" ;;
	esac >/dev/null || skip "no $1"
}

text() {	# THE SAME, NUMBERS...: a document of a line for each
	local n
	for n in "${@:2}"; do
		printf '%s\n\n' "$1 says $1 line $n $1 of $1 what $1 is said"
	done
}

# Nothing of a temporary file is left below here.
is_tidy() {
	find "${1:-.}" -name '.*.dedup-????????*' >left
	cat left
	[ ! -s left ]
}

# Compression.

compresses() {	# KIND SUFFIX
	local kind=$1 tool=$1
	knows "$kind"
	printf '%b' "$twice" >a
	printf '%b' "$once" >want
	dedup --compress="$kind" a | "$tool" -dc | cmp - want
	dedup --compress="$kind:1" a | "$tool" -dc | cmp - want
	dedup -o "b.$2" a
	"$tool" -dc "b.$2" | cmp - want
	dedup -o b --compress="$kind:9" a
	"$tool" -dc b | cmp - want
	dedup --compress=none -o "c.$2" a
	cmp want "c.$2"
	"$tool" -c a >"a.$2"
	dedup "a.$2" | cmp - want
}
must '--compress=gzip, and the suffix .gz' compresses gzip gz
must '--compress=zstd, and the suffix .zst' compresses zstd zst
must '--compress=xz, and the suffix .xz' compresses xz xz

bounds_windows() {
	knows zstd
	printf '%b' "$twice" >a
	# Of a file it would know the length.
	# shellcheck disable=SC2002
	cat a | zstd -qc --long=27 >a.zst
	# shellcheck disable=SC2002
	cat a | zstd -qc --long=28 >b.zst
	printf '%b' "$once" >want
	dedup a.zst | cmp - want
	exits 2 dedup b.zst 2>err | cmp - /dev/null
	grep -qx 'dedup: b.zst: cannot read: zstd data that need a window of'\
' more than 128 MiB' err
	dedup --max-window=256M b.zst | cmp - want
	# It is a part of what may be held.
	dedup -M 200M -s --on-full=fail a.zst 2>err | cmp - want
	exits 2 dedup -M 100M a.zst 2>err >out
	grep -q 'a window of more than 64 MiB$' err
	exits 2 dedup -M 128M --on-full=fail a.zst 2>err >out
	grep -qx 'dedup: memory is full: see --memory and --on-full' err
	# What all tools write is read, however little may be known.
	zstd -qc a >c.zst
	dedup -M 1M c.zst | cmp - want
}
must '--max-window: what compressed input may ask for, within --memory' \
    bounds_windows

compresses_stdout() {
	printf '%b' "$twice" >a.gz
	dedup a.gz | cmp - <(printf '%b' "$once")
}
must '--compress: standard output is plain unless it is said' compresses_stdout

must '--compress=lz4' refuses \
    'dedup: --compress: lz4: not none, gzip, zstd or xz' --compress=lz4
must '--compress=gzip:10' refuses \
    'dedup: --compress: gzip:10: a level of gzip is 0 to 9' --compress=gzip:10

names_library() {
	# As it is built: some may be missing, and then it is named.
	for kind in gzip:zlib zstd:libzstd xz:liblzma; do
		dedup --compress="${kind%:*}" </dev/null >out 2>err ||
		    grep -qx "dedup: --compress: ${kind%:*}: built without\
 ${kind#*:}" <(head -n 1 err)
		dedup -o "a.${kind%:*}" </dev/null 2>err ||
		    grep -q "built without ${kind#*:}" err
	done
}
must '--compress: a missing library is named' names_library

# --output-dir

mirrors() {
	mkdir -p in/sub
	text a 1 2 3 >in/x
	text a 3 4 5 >in/sub/y
	text a 5 6 1 >z
	dedup --output-dir=out in/x ./in//sub/../sub/y "$PWD/z" >said
	[ ! -s said ]
	(cd out && find . -type f) | sort >got
	printf '%s\n' ./in/x ./in/sub/y ".$PWD/z" | sort | diff - got
	dedup in/x in/sub/y z | cmp - <(cat out/in/x out/in/sub/y "out$PWD/z")
	cmp "out$PWD/z" <(text a 6)
	is_tidy
}
must '--output-dir: paths are mirrored' mirrors

mirrors_threads() {
	local n
	mkdir in
	for n in {1..300}; do
		text "$((n % 7))" "$n" $((n + 1)) $((n + 2)) >"in/$n"
	done
	dedup --output-dir=a -T1 in/*
	dedup --output-dir=b -T3 in/*
	printf '%s\n' in/* | dedup --output-dir=c --files-from=-
	diff -r a b
	diff -r a c
	dedup in/* | cmp - <(cd a && cat in/*)
}
must '--output-dir: the same with any number of threads' mirrors_threads

lists() {
	text a 1 2 >a
	text a 2 3 >$'b\nb'
	text a 3 4 >c
	printf 'a\0b\nb\0c' >list0
	printf '%s\n' c '' a >list
	dedup --threads=2 --files0-from=list0 | cmp - <(text a 1 2 3 4)
	dedup --files0-from=- <list0 | cmp - <(text a 1 2 3 4)
	dedup --files-from=list --threads=1 | cmp - <(text a 3 4 1 2)
	dedup --files-from=list --files0-from=list0 $'b\nb' |
	    cmp - <(text a 2 3 4 1)
	dedup --files-from=/dev/null --output-dir=out
	exits 2 dedup --files-from=missing 2>err
	grep -qx 'dedup: missing: cannot read: No such file or directory' err
}
must '--files-from, --files0-from: names from lists' lists
must '--threads=257' refuses \
    'dedup: --threads: 257: not a whole number up to 256' --threads=257

leads_out() {	# PATH
	mkdir -p in/sub
	text a 1 >in/x
	cp in/x x
	cd in
	exits 2 dedup --output-dir=out x "$1" 2>err
	grep -Fqx "dedup: $1: cannot write: its output would be outside\
 --output-dir" err
	[ ! -e out ]
}
must '--output-dir: a path that leads out is refused' leads_out ../x
must '--output-dir: so is one that leads out deep down' leads_out sub/../../x

two_to_one() {
	text a 1 >a
	text b 1 >b
	exits 2 dedup --output-dir=out b a ./a 2>err
	grep -Fqx "dedup: out/a: cannot write: it would be the output of two\
 files" err
	[ ! -e out ]
	knows gzip
	gzip -c a >a.gz
	exits 2 dedup --output-dir=out --compress=gzip a a.gz 2>err
	grep -Fqx "dedup: out/a.gz: cannot write: it would be the output of two\
 files" err
	[ ! -e out ]
}
must '--output-dir: two files to one place are refused' two_to_one

inside_the_tree() {
	mkdir in
	text a 1 1 >in/a
	text b 1 1 >in/b
	cp -r in was
	# In the tree, but no input.
	(cd in && exits 2 dedup --output-dir=. --compress=none a 2>../err)
	grep -Fqx 'dedup: ./a: cannot write: it is an input file too' err
	(cd in && dedup --output-dir=sub a b)
	cmp in/sub/a <(text a 1)
	rm -r in/sub
	# By links, symbolic and hard.
	ln -s in out
	mkdir out2
	ln -s "$PWD/in" out2/in
	exits 2 dedup --output-dir=out2 in/a in/b 2>err
	grep -Fqx 'dedup: out2/in/a: cannot write: it is an input file too' err
	mkdir -p out3/in
	ln in/b out3/in/b
	exits 2 dedup --output-dir=out3 in/a in/b 2>err
	grep -Fqx 'dedup: out3/in/b: cannot write: it is an input file too' err
	[ ! -e out3/in/a ]
	diff -r in was
}
must '--output-dir: an output that is an input is refused' inside_the_tree

dir_and_log() {
	text a 1 1 >a
	mkdir out
	exits 2 dedup --output-dir=out --log=out/a a 2>err
	grep -Fqx 'dedup: out/a: cannot write: it is the log too' err
}
must '--output-dir: and one that is the log' dir_and_log

dir_and_table() {
	text a 1 1 >a
	mkdir out
	for option in --load --save --update --against; do
		dedup --save=out/a a >/dev/null
		cp out/a was
		exits 2 dedup --output-dir=out "$option=./out/a" a 2>err
		grep -Fqx "dedup: out/a: cannot write: it is a table, or\
 --against's, too" err
		cmp was out/a
	done
}
must '--output-dir: and one that is a table' dir_and_table

no_beginning() {
	knows gzip
	text a 1 1 >a
	printf 'what was here\n' | gzip >a.gz
	cp a.gz was
	exits 2 dedup --load=missing -o a.gz a 2>err
	cmp was a.gz
	exits 2 dedup --log=a.gz -o a.gz a 2>err
	cmp was a.gz
}
must '-o: where a run cannot begin, a compressed file stays too' no_beginning

some_unreadable() {
	mkdir d
	text a 1 2 >a
	text a 2 3 >b
	exits 2 dedup --output-dir=out a missing d b 2>err
	grep -Fqx 'dedup: missing: cannot open: No such file or directory' err
	grep -Fq 'dedup: d: cannot open: Is a directory' err
	cmp out/a a
	cmp out/b <(text a 3)
	[ "$(ls out)" = $'a\nb' ]
}
must '--output-dir: files that cannot be read have no output' some_unreadable

breaks_off() {
	knows gzip
	seq 1 30000 | sed 's/.*/line & of a text that is long enough/' >a
	gzip -c a | head -c 40000 >a.gz
	text a 1 1 >b
	exits 2 dedup --output-dir=out a.gz b 2>err
	grep -qx 'dedup: a.gz: cannot read: truncated gzip data' err
	[ ! -e out/a.gz ]
	zcat out/a.gz.part >got
	[ -s got ]
	cmp <(head -c "$(wc -c <got)" a) got
	cmp out/b <(text a 1)
}
must '--output-dir: of a file that breaks off, what was good, as .part' breaks_off

compressed_dir() {
	knows gzip
	knows zstd
	text a 1 1 >a
	text b 1 1 | gzip >b.gz
	dedup --output-dir=out a b.gz
	cmp out/a <(text a 1)
	zcat out/b.gz | cmp - <(text b 1)
	dedup --output-dir=all --compress=zstd:1 a b.gz
	[ "$(ls all)" = $'a.zst\nb.zst' ]
	zstd -qdc all/b.zst | cmp - <(text b 1)
	dedup --output-dir=plain --compress=none a b.gz
	cmp plain/b <(text b 1)
}
must '--output-dir: compressed by the name, or by --compress' compressed_dir

dir_of_stdin() {	# OPTION
	exits 2 dedup "$@" - 2>err </dev/null
	grep -Fq 'dedup: standard input: cannot read: ' err
	exits 2 dedup "$@" 2>err </dev/null
	grep -Fq 'dedup: standard input: cannot read: ' err
}
must '--output-dir: standard input is refused' dir_of_stdin --output-dir=out
must '--in-place: standard input is refused' dir_of_stdin --in-place
must '--output-dir= is no name' refuses \
    'dedup: --output-dir: : not the name of a directory' --output-dir= a
must 'outputs cannot be used together' refuses \
    'dedup: --output, --output-dir and --in-place cannot be used together' \
    -o a --output-dir=b c
must '--output-dir and --diff' refuses \
    'dedup: --output-dir: not with --check or --diff' --diff --output-dir=b c
must '--in-place and -d' refuses 'dedup: --in-place: not with --repeated,'\
' --check, --diff or --annotate' -d --in-place c

dir_of_others() {
	text a 1 1 >a
	dedup -d --output-dir=d a
	cmp d/a <(text a 1 | sed '1!G;h;$!d' | sort)
	dedup --annotate=dolma --output-dir=e a
	grep -q '"dedup__exact"' e/a
	dedup --log=log --output-dir=f a
	"$python" "$tests/rebuild.py" f/a log a | cmp - a
}
must '--output-dir: with -d, --annotate and --log' dir_of_others

dir_stats() {
	text a 1 1 >a
	text a 1 2 >b
	dedup --json --output-dir=out a b 2>err
	grep -q "\"bytes_out\":$(cat out/* | wc -c)," err
}
must '--output-dir: bytes out are those of all' dir_stats

cannot_make() {
	text a 1 >a
	: >out
	exits 2 dedup --output-dir=out a 2>err
	cat err
	grep -q '^dedup: out/a: cannot write: ' err
	[ "$(wc -l <err)" -eq 1 ]
	mkdir -p dir/a
	exits 2 dedup --output-dir=dir a 2>err
	grep -qx 'dedup: dir/a: cannot write: Is a directory' err
}
must '--output-dir: what cannot be made is told' cannot_make

# --in-place

rewrites() {
	text a 1 2 2 >a
	text a 2 3 >b
	chmod 640 a
	[ "$(id -u)" -ne 0 ] || chown 7:8 a
	stat -c '%u %g %a' a >was
	dedup a b >want
	dedup --in-place a b >out
	[ ! -s out ]
	cat a b | cmp - want
	cmp b <(text a 3)
	stat -c '%u %g %a' a | diff was -
	[ "$(ls)" = "$(printf '%s\n' a b out want was)" ]
	is_tidy
}
must '--in-place: files are rewritten, owner and mode kept' rewrites

rewrites_compressed() {	# KIND SUFFIX
	knows "$1"
	text a 1 1 | "$1" -c >a
	text b 1 1 >"b.$2"	# whatever it is called
	dedup --in-place a "b.$2"
	"$1" -dc <a | cmp - <(text a 1)
	cmp "b.$2" <(text b 1)
}
must '--in-place: gzip stays gzip' rewrites_compressed gzip gz
must '--in-place: zstd stays zstd' rewrites_compressed zstd zst
must '--in-place: xz stays xz' rewrites_compressed xz xz

untouched() {
	text a 1 2 >a
	text a 2 3 >b
	touch -d '2001-01-01' a b
	stat -c '%i %Y' a >was
	dedup --in-place=~ a b
	stat -c '%i %Y' a | diff was -
	[ ! -e a~ ]
	cmp b <(text a 3)
	[ -e b~ ]
}
must '--in-place: where nothing goes the file is untouched' untouched

keeps_old() {
	text a 1 1 >a
	cp a was
	stat -c %i a >inode
	echo other >a.bak
	dedup --in-place=.bak a
	cmp a <(text a 1)
	cmp a.bak was
	stat -c %i a.bak | diff inode -
	# And where the old one is a link to it.
	cp was b
	ln b b.bak
	dedup --in-place=.bak b
	cmp b <(text a 1)
	cmp b.bak was
	is_tidy
	[ -z "$(find . -name '*~')" ]
}
must '--in-place=SUFFIX: the original is kept, an older one replaced' keeps_old

keeps_old_of_link() {
	mkdir d
	text a 1 1 >d/a
	cp d/a was
	ln -s d/a l
	dedup --in-place=.old l
	[ -L l ]
	cmp l <(text a 1)
	cmp d/a.old was
}
must '--in-place: a link stays one, and what it points to is rewritten' \
    keeps_old_of_link

old_is_input() {
	text a 1 1 >a
	text b 1 1 >a.bak
	cp a was
	cp a.bak was.bak
	exits 2 dedup --in-place=.bak a a.bak 2>err
	grep -Fq 'a.bak: cannot write: it is an input file too' err
	cmp a was
	cmp a.bak was.bak
}
must '--in-place=SUFFIX: an input is not overwritten' old_is_input

twice_in_place() {	# LINK
	text a 1 1 >a
	cp a was
	ln "$@" a b
	exits 2 dedup --in-place a b 2>err
	grep -Fqx 'dedup: b: cannot rewrite: it is given twice' err
	exits 2 dedup --in-place a ./a 2>err
	grep -Fqx 'dedup: ./a: cannot rewrite: it is given twice' err
	cmp a was
	cmp b was
}
must '--in-place: a file that is given twice is refused' twice_in_place
must '--in-place: and by a symbolic link' twice_in_place -s

not_regular() {
	mkdir d
	mkfifo f
	text a 1 1 >a
	exits 2 ends "$DEDUP" --in-place d f /dev/null missing a 2>err
	sed 's/cannot open/-/' err | diff - <(cat <<-END
		dedup: d: -: Is a directory; -r reads the files in it
		dedup: f: -: not a regular file
		dedup: /dev/null: -: not a regular file
		dedup: missing: -: No such file or directory
	END
	)
	cmp a <(text a 1)
	[ -p f ]
	exits 2 ends "$DEDUP" --keep=none --in-place f 2>err
}
must '--in-place: refuses what is no regular file, others go on' not_regular

in_place_breaks_off() {
	knows gzip
	seq 1 30000 | sed 's/.*/line & of a text that is long enough/' |
	    sed p | gzip | head -c 40000 >a
	cp a was
	text a 1 1 >b
	exits 2 dedup --in-place a b 2>err
	grep -qx 'dedup: a: cannot read: truncated gzip data' err
	grep -qx 'dedup: a: not rewritten: it was not read to its end' err
	cmp a was
	cmp b <(text a 1)
	is_tidy
}
must '--in-place: a file that breaks off stays as it was' in_place_breaks_off

must '--in-place= is no suffix' refuses \
    'dedup: --in-place: : not the end of a name' --in-place= a
must '--in-place=/x is no suffix' refuses \
    'dedup: --in-place: /x: not the end of a name' --in-place=/x a

reads_up_to() {	# TEXT: lines, to the first with that text
	local line
	while IFS= read -r line; do
		[[ $line != *"$1"* ]] || return 0
	done
	return 1
}

grows_in_place() {
	text a 1 1 >a
	mkfifo log
	yes "$(text x 1)" | head -n 20000 >b
	"$DEDUP" -T1 --in-place --log=log a b 2>err &
	exec 3<log
	# It waits for who reads the log, in the middle of b.
	reads_up_to '"file":"b"' <&3
	echo 'one more line that somebody wrote' >>b
	cat <&3 >/dev/null
	exits 2 wait $!
	cat err
	grep -qx 'dedup: b: not rewritten: it has changed while it was read' err
	[ "$(tail -n 1 b)" = 'one more line that somebody wrote' ]
	[ "$(wc -l <b)" -eq 20001 ]
	cmp a <(text a 1)
	is_tidy
}
must '--in-place: what changes while it is read stays' grows_in_place

vanishes() {
	mkfifo log
	yes "$(text x 1)" | head -n 20000 >a
	text b 1 1 >b
	text c 1 1 >c
	"$DEDUP" -q -T1 --output-dir=out --log=log a b c 2>err &
	exec 3<log
	reads_up_to '"file":"a"' <&3
	rm b
	head -c 1000 a >>c
	cat <&3 >/dev/null
	exits 2 wait $!
	grep -qx 'dedup: b: cannot open: No such file or directory' err
	[ "$(wc -l <err)" -eq 1 ]
	[ -s out/a ] && [ -s out/c ]
	[ ! -e out/b ]
}
must 'a file that vanishes, and one that grows, before they are read' vanishes

# Full disks.

limited() {	# WHERE OPTION...: no file of more than 64 KiB
	local where=$1
	shift
	seq 1 30000 | sed 's/.*/line & of a text that is long enough/' >a
	text a 1 1 >b
	cp a was
	(
		ulimit -f 64
		trap '' XFSZ
		exits 2 dedup "$@" b a 2>err
	)
	cat err
	grep -q "^dedup: $where: cannot .*write: File too large$" err
	[ "$(wc -l <err)" -eq 1 ]
	cmp a was
	is_tidy
}
limited_dir() {
	limited out/a --output-dir=out
	[ "$(ls out)" = b ]
}
must 'a full disk and --output-dir' limited_dir
limited_in_place() {
	seq 1 30000 | sed 's/.*/line & of a text that is long enough/' |
	    sed p >a
	text a 1 1 >b
	cp a was
	(
		ulimit -f 64
		trap '' XFSZ
		exits 2 dedup --in-place b a 2>err
	)
	grep -qx 'dedup: a: cannot write: File too large' err
	[ "$(wc -l <err)" -eq 1 ]
	cmp a was
	cmp b <(text a 1)
	is_tidy
}
must 'a full disk and --in-place: the file stays' limited_in_place

limited_guard() {
	limited out -o out --max-removed=1
	[ ! -e out ]
}
must 'a full disk and -o with --max-removed' limited_guard

full_tmpfs() {
	mkdir disk
	mount -t tmpfs -o size=256k none disk 2>/dev/null ||
	    skip 'mounting is not permitted'
	seq 1 30000 | sed 's/.*/line & of a text that is long enough/' >a
	text a 1 1 >b
	{
		exits 2 dedup --output-dir=disk b a 2>err
		ls -A disk >names
		exits 2 dedup --output-dir=disk --resume b a 2>>err
		ls -A disk >>names
	} || { umount disk; return 1; }
	umount disk
	cat err names
	[ "$(grep -cx 'dedup: disk/a: cannot write: No space left on device' \
	    err)" -eq 2 ]
	printf '%s\n' b .dedup-journal b | diff - names
}
must 'a disk that is full: its outputs are told of, and removed' full_tmpfs

# --min-doc-words

short_documents() {
	local long='one two three four five six' text
	text="$long\n%%\na few words\n\nmore\n%%\n$long\n\nseven eight\n"
	becomes "$text" "$long\n%%\na few words\n\nmore\n%%\nseven eight\n" \
	    --document-separator=%%
	becomes "$text" "$long\n%%\na few words\n\nmore\n%%\n" \
	    --document-separator=%% --min-doc-words=3
	becomes "$text" "$long\n%%\n%%\n" \
	    --document-separator=%% --min-doc-words=6 --log=log --json 2>err
	cat log err
	"$python" "$tests/rebuild.py" got log | cmp - before
	grep -q '"document":"-#2","line":3,"offset":31,"reason":"short",'\
'"words":4,"removed":\[{"at":31,"text":"a few words' log
	grep -q '"short_documents":2,"short_bytes":30,' err
	dedup -s --min-doc-words=99 <before 2>err >got
	[ ! -s got ]
	grep -q '^dropped     1 documents, ' err
	grep -q '^dedup: 100.0 % of the text was removed$' err
}
must '--min-doc-words: documents left too short go whole' short_documents

short_records() {
	local n
	printf '%s\n' '{"id":1,"text":"a b c d e\n\nf"}' '' '{"x":1}' \
	    '{"id":2,"text":"a b c d e\n\nf g \u0041"}' 'bad' \
	    '{"id":3,"text":"h i j k l m"}' >a.jsonl
	exits 2 dedup --min-doc-words=4 --log=log a.jsonl >got 2>err
	sed 4d a.jsonl | diff - got
	cat log
	"$python" "$tests/rebuild.py" got log | cmp - a.jsonl
	grep -q '"document":"2","record":4,"line":1,"offset":0,"reason":'\
'"short","words":3,' log
	for n in 1 2 3 4 5 6 7 9 30; do
		dedup -q --min-doc-words=$n --log=log \
		    "$fixtures"/records.jsonl >got
		"$python" "$tests/rebuild.py" got log |
		    cmp - "$fixtures"/records.jsonl
	done
}
must '--min-doc-words: records go with their newlines' short_records

# Much in other fields than the text, before it or behind it.
long_records() {
	head -c 17000000 /dev/zero | tr '\0' x >blob
	{
		printf '{"text":"Five words are in here.","blob":"'
		cat blob
		printf '"}\n'
	} >a.jsonl
	{
		printf '{"blob":"'
		cat blob
		printf '","text":"Five words are in here."}\n'
	} >b.jsonl
	for i in a b; do
		dedup -q --min-doc-words=20 $i.jsonl | cmp - $i.jsonl
	done
}
must '--min-doc-words: a record too long to wait stays' long_records

short_files() {
	local n
	cat "$fixtures"/*.in >a
	for n in 1 3 10 100 1000 100000; do
		dedup -q --document-separator=Share --min-doc-words=$n \
		    --log=log a >got
		"$python" "$tests/rebuild.py" got log a | cmp - a
		dedup -q --document-separator=Share --min-doc-words=$n -T3 a |
		    cmp - got
		# shellcheck disable=SC2002
		cat a | dedup -q --document-separator=Share \
		    --min-doc-words=$n | cmp - got
	done
	dedup a | cmp - <(dedup --min-doc-words=9 a)
}
must '--min-doc-words: output and log rebuild the input' short_files

# A document is dropped while others that were compared with it wait.
short_threads() {
	"$python" - >a <<-'END'
		import random
		random.seed(6)
		said = ["line %d says %d and %d to all who read it here\n\n" %
		        (n, n * n, n % 17) for n in range(8000)]
		for n in range(16000):
		    print("".join(random.choices(said, k=random.randrange(1, 12))),
		          end="%%\n")
	END
	dedup -q -T1 --document-separator=%% --min-doc-words=25 --log=want a \
	    >out1
	for n in 2 3 5; do
		dedup -q -T$n --document-separator=%% --min-doc-words=25 \
		    --log=log a | cmp - out1
		cmp log want
	done
	"$python" "$tests/rebuild.py" out1 want a | cmp - a
}
must '--min-doc-words: the same with any number of threads' short_threads

short_in_place() {
	text a 1 >a
	text b 1 >b
	text a 1 >c
	dedup --in-place --min-doc-words=5 a b c
	[ -s a ] && [ -s b ] && [ ! -s c ]
	dedup --check --min-doc-words=5 a
	exits 1 dedup --check --min-doc-words=500 a
}
must '--min-doc-words: with --in-place and --check' short_in_place

short_memory() {
	is_sanitized && skip 'not under AddressSanitizer'
	local bytes
	bytes=$(rounds 1500000000)
	head -c "$bytes" /dev/zero | tr '\0' '\n' |
	    (ulimit -v 262144; exec "$DEDUP" --min-doc-words=1000000) |
	    cmp -n "$bytes" - <(tr '\0' '\n' </dev/zero)
}
must '--min-doc-words: what is held back is bounded' short_memory
must '--min-doc-words=0' refuses 'dedup: --min-doc-words: 0: not a whole'\
' number from 1 to 1000000' --min-doc-words=0
must '--min-doc-words and --diff' refuses 'dedup: --min-doc-words: not with'\
' --repeated, --diff or --annotate' --min-doc-words=1 --diff

# -o: whole, or not there.

bad_records() {
	printf '{"text":"%s"}\n' "$long" "$other" "$long" >good.jsonl
	{ echo '{"text":'; cat good.jsonl; } >bad.jsonl
}

# Stopped by a signal, with what it has read in its output's buffers.
stopped() {	# SIGNAL [ARGUMENT]...
	local status=0
	mkfifo in
	# A shell ignores INT for what is in the background, nohup(1) HUP.
	env "--default-signal=$1" "$DEDUP" -q "${@:2}" - <in >out 2>err &
	exec 3>in
	printf '%b' "$twice" >&3
	sleep 0.7
	kill "-$1" $!
	wait $! || status=$?
	exec 3>&-
	rm in
	[ "$status" -gt 128 ]
	is_tidy
}

output_is_whole() {
	local signal
	bad_records
	exits 2 dedup -o o bad.jsonl 2>err
	grep -q 'bad.jsonl:1: ' err
	head -n 3 bad.jsonl | cmp - <(head -n 3 o)
	[ "$(wc -l <o)" -eq 4 ]
	exits 2 dedup -o o missing good.jsonl 2>err
	[ "$(wc -l <o)" -eq 3 ]
	exits 2 dedup -o o missing absent 2>err
	grep -qx 'dedup: o: not written, since no input can be read' err
	[ "$(wc -l <o)" -eq 3 ]
	for signal in TERM HUP INT; do
		echo old >o
		stopped "$signal" -o o
		echo old | cmp - o
		stopped "$signal" -o new
		[ ! -e new ]
		stopped "$signal" -o new.gz -T2
		[ ! -e new.gz ]
	done
}
must '-o: after a bad record it is whole, after a signal not there' \
    output_is_whole

output_without_room() {
	local options
	seq 1 200000 | sed 's/.*/line & of a text that is long enough/' >a
	for options in '' -T2 --compress=gzip --on-full=fail\ -M1M; do
		(
			[ "$options" != "${options#--on-full}" ] ||
			    ulimit -f 40
			# shellcheck disable=SC2086	# they are several
			exits 2 dedup -q $options -o new a 2>err
		)
		cat err
		[ "$(wc -l <err)" -eq 1 ]
		[ ! -e new ]
		is_tidy
	done
}
must '-o: where there is no room for it, it is not there' \
    output_without_room

output_place() {
	printf '%b' "$twice" >a
	echo old >o
	chmod 640 o
	ln o other
	ln -s o link
	dedup -o link a
	[ -L link ]
	printf '%b' "$once" | cmp - o
	[ "$(stat -c %a o)" = 640 ]
	echo old | cmp - other
	# What is no file is written to as it comes.
	mkfifo pipe
	cat pipe >got &
	dedup -o pipe a
	wait $!
	cmp got o
	dedup -o >(cat >got) a
	sleep 0.3
	cmp got o
	echo before >got
	dedup -o /dev/stdout a >>got
	{ echo before; cat o; } | cmp - got
	dedup -o /dev/null a
	[ "$(id -u)" -ne 0 ] || skip 'the rest is not for root'
	mkdir dir
	cp o dir
	chmod 555 dir
	exits 2 dedup -o dir/o a 2>err
	grep -qx 'dedup: dir/o: cannot open: Permission denied' err
}
must '-o: it takes the place of a file, and of nothing else' output_place

cut_off() {
	knows xz
	# With a table to be tidy for, it ends by itself.
	stopped TERM --compress=xz --save=t
	[ ! -e t ]
	not xz -t <out
	stopped TERM --compress=xz --save=t
	not xz -t <out
}
must 'standard output that is compressed is cut off where it is not whole' \
    cut_off

log_nobody_reads() {
	seq 1 30000 | sed 's/.*/one line & of a text that is long enough\n/' >a
	mkfifo log
	head -c 1 log >/dev/null &
	exits 2 dedup -m3 --fold-digits --log=log -o new a 2>err
	grep -qx 'dedup: log: cannot write: Broken pipe' err
	[ ! -e new ]
	is_tidy
}
must 'a log that nobody reads leaves no temporary file' log_nobody_reads

# Progress.

has_lines() {	# NUMBER FILE
	[ "$(wc -l <"$2")" -ge "$1" ]
}

# Before it has said so, the signal would end it.
awaits_signal() {	# PID
	local caught
	caught=$(sed -n 's/^SigCgt:[[:space:]]*//p' "/proc/$1/status")
	[ -n "$caught" ] || skip 'no SigCgt in /proc'
	[ $((0x$caught >> ($(kill -l USR1) - 1) & 1)) -eq 1 ]
}

progresses() {
	mkfifo in
	"$DEDUP" --progress <in >out 2>err &
	exec 3>in
	printf '%b' "$twice" >&3
	wait_until has_lines 2 err
	exec 3>&-
	wait $!
	cat err
	[ "$(wc -l <err)" -ge 2 ]
	not grep -qvE '^dedup: [0-9.]+ MB, [0-9.]+ MB/s, [0-9.]+ % removed$' err
	[ "$(grep -c . out)" -eq 2 ]
}
must '--progress: a line each second where there is no terminal' progresses

asked() {	# OPTION...
	mkfifo in
	"$DEDUP" "$@" <in >out 2>err &
	exec 3>in
	printf '%b' "$twice" >&3
	wait_until awaits_signal $!
	kill -USR1 $!
	wait_until test -s err
	[ "$(wc -l <err)" -eq 1 ]
	grep -qE '^dedup: 0.0 MB, .* removed$' err
	exec 3>&-
	wait $!
	[ "$(wc -l <err)" -eq 1 ]
	[ "$(grep -c . out)" -eq 2 ]
}
must 'SIGUSR1: one line, at once' asked
must 'SIGUSR1: with --progress=never, too' asked --progress=never
must 'SIGUSR1: with several threads' asked -T2

on_terminal() {	# COMMAND TO WAIT FOR, OPTION...
	local shown=$1
	shift
	needs_terminal
	mkfifo in
	export DEDUP
	: >said
	script -qec "exec \"\$DEDUP\" -o out $* missing - <in" /dev/null \
	    </dev/null >said &
	exec 3>in
	printf '%b' "$twice" >&3
	$shown
	exec 3>&-
	wait $!
	cat -A said
}
draws() {
	on_terminal 'wait_until grep -q MB said' || true
	grep -qP '\rdedup: 0.0 MB, 0.0 MB/s, 39.3 % removed' said ||
	    grep -qP '\rdedup: 0.0 MB, ' said
	# Redrawn, and nothing of it left.
	[ "$(tr -cd '\n' <said | wc -c)" -eq 1 ]
	grep -qP ' {20,}\r$' <(tail -c 100 said)
}
draws_not() {
	on_terminal 'sleep 2' --progress=never || true
	not grep -q MB said
}
must 'progress: on a terminal a line is redrawn, and cleared' draws
must '--progress=never: not there either' draws_not

measures() {
	seq 1 2000000 | sed 's/.*/line & of a text that is long enough/' >a
	"$DEDUP" --progress -T1 --keep=none a 2>err >out &
	wait_until awaits_signal $!
	kill -USR1 $!
	wait $!
	cat err
	grep -qE '^dedup: [0-9.]+ MB of 1[67][0-9.]+ MB, [0-9.]+ MB/s, [0-9.]+ %'\
' removed(, [0-9]+:[0-9][0-9] left)?$' err
}
must 'progress: of how much, and how long' measures

# Guards.

guards_each_file() {
	text a 1 2 3 4 >a
	text a 1 2 >b
	{ text a 3; text b 1 2 3; } >c
	cp b copy
	cp c left
	exits 2 dedup --in-place --max-removed=.6 a b c 2>err
	cat err
	echo 'dedup: b: not rewritten: 100.00 % of its text would be removed:'\
' more than --max-removed=0.6 allows' | cmp - err
	cmp b copy
	cmp c <(text b 1 2 3)
	is_tidy
	# Without it, it is told.
	dedup --in-place a b c 2>err
	echo 'dedup: b: 100.0 % of its text was removed' | cmp - err
	[ -e b ] && [ ! -s b ]
	for n in {1..130}; do text a 1 >"n$n"; done
	dedup --in-place a n* 2>err
	[ "$(wc -l <err)" -eq 102 ]
	grep -qx 'dedup: 30 more files of which more than 90 % was removed' err
	cp copy b
	dedup -q --in-place a b 2>&1 | cmp - /dev/null
}
must '--in-place: a file of which little stays is guarded, or told of' \
    guards_each_file

removes_too_much() {
	text a 1 1 1 1 2 >a
	text b 1 >b
	exits 2 dedup --max-removed=0.1 a b >out 2>err
	dedup a b | cmp - out
	grep -qx 'dedup: 5.\... % of the text would be removed: more than'\
' --max-removed=0.1 allows' err
	[ "$(wc -l <err)" -eq 1 ]
	dedup --max-removed=0.6 a b 2>err | cmp - out
	[ ! -s err ]
	exits 2 dedup --max-removed=0 a >out 2>err
	dedup --max-removed=0 b >out
	yes "$(text a 1)" | head -n 1000 >c
	dedup --max-removed=1 c 2>err >out
	[ ! -s err ]
	exits 2 dedup --max-removed=0.9 --min-doc-words=99 b 2>err >out
}
must '--max-removed: more fails' removes_too_much

guards() {
	text a 1 1 1 1 2 >a
	text b 1 1 >b
	cp a was
	cp b wasb
	echo old >out
	exits 2 dedup --max-removed=0.1 -o out a b 2>err
	grep -q 'nothing was replaced$' err
	[ "$(cat out)" = old ]
	dedup --max-removed=0.9 -o out a b
	dedup a b | cmp - out
	exits 2 dedup --max-removed=0.1 --in-place=~ a b
	cmp a was
	cmp b wasb
	exits 2 dedup --max-removed=0.1 --output-dir=dir a b
	[ -z "$(find dir -type f)" ]
	dedup --max-removed=0.9 --output-dir=dir a b
	cat dir/a dir/b | cmp - out
	is_tidy
	[ ! -e a~ ]
	dedup --max-removed=0.9 --in-place=~ a b
	cat a b | cmp - out
	cmp a~ was
	cmp b~ wasb
	is_tidy
	dedup --max-removed=0.9 -o /dev/null was
}
must '--max-removed: nothing is replaced before all is known' guards
for value in -1 1.1 x ''; do
	must "--max-removed='$value'" refuses "dedup: --max-removed: $value:\
 not a number from 0 to 1" --max-removed="$value"
done
must '--resume and --max-removed' refuses \
    'dedup: --resume and --max-removed cannot be used together' \
    --resume --output-dir=a --max-removed=1 b
must '--resume alone' refuses 'dedup: --resume: needs --output-dir' --resume b

useless() {	# WARNING OPTION...
	text a 1 1 >a
	dedup "${@:2}" a >out 2>err
	cat err
	grep -Fqx "dedup: $1" err
	[ "$(wc -l <err)" -eq 1 ]
	text a 1 1 >a
	dedup -q "${@:2}" a >out 2>err
	[ ! -s err ]
}
must 'warns of --compress with --in-place' useless \
    '--compress has no effect with --in-place' --compress=none --in-place
must 'warns of --id-field without a log' useless \
    '--id-field has no effect without --log, --report, --diff or --annotate' --id-field=a

useless_compression() {
	text a 1 >a
	dedup --check --compress=none a 2>err
	grep -Fqx 'dedup: --compress has no effect with --check' err
}
must 'warns of --compress with --check' useless_compression

no_ids() {
	printf '%s\n' '{"text":"a b c"}' '{"text":"d e f"}' >a.jsonl
	printf '%s\n' '{"text":"g h i","name":1}' '{"text":"j k l"}' >b.jsonl
	dedup --id-field=name --log=log a.jsonl b.jsonl 2>err >out
	echo 'dedup: a.jsonl: no record has a field "name": see --id-field' |
	    diff - err
	dedup -q --id-field=name --log=log a.jsonl 2>&1 >out | cmp - /dev/null
	dedup --log=log a.jsonl 2>&1 >out | cmp - /dev/null
}
must '--id-field: warns where no record has it' no_ids

# Stopping and going on.

many() {	# FILES: in/1 ..., of many lines some of which are in others
	mkdir -p in/sub
	"$python" - "$1" <<-'END'
		import random, sys
		random.seed(7)
		said = ["line %d says %d and %d to all who read it\n\n" %
		        (n, n * n, n % 17) for n in range(400)]
		for n in range(int(sys.argv[1])):
		    name = "in/%s%d" % ("sub/" if n % 3 else "", n)
		    with open(name, "w") as f:
		        f.write("".join(random.sample(said, 12)))
		        f.write("what only file %d has to tell of it\n" % n)
	END
	find in -type f | sort >list
}

tree() {	# DIR: inodes and bytes
	(cd "$1" && find . -type f -printf '%i %s ' -exec md5sum {} \;) |
	    sort -k 4
}

resumes() {	# FILES KILLS OPTION...
	local kills done=0 killed=0
	kills=$(rounds "$2")
	many "$1"
	shift 2
	: >finished
	dedup --output-dir=want --files-from=list "$@" --log=log.want
	while [ $killed -lt "$kills" ] && [ $done -eq 0 ]; do
		"$DEDUP" --output-dir=out --resume --files-from=list "$@" \
		    --log=log &
		sleep "0.$((RANDOM % 4))$((RANDOM % 10))"
		if kill -KILL $! 2>/dev/null; then
			killed=$((killed + 1))
		fi
		wait $! && done=1
		[ ! -e out/.dedup-journal ] ||
		    sed -n 's/^done .* //p' out/.dedup-journal >finished
		tree out | grep -v dedup-journal >trees.$killed || true
	done 2>/dev/null
	echo "killed $killed times"
	[ $killed -gt 0 ] || skip 'it was too fast'
	[ $done -eq 1 ] || dedup --output-dir=out --resume --files-from=list \
	    "$@" --log=log
	diff -r want out
	cmp log.want log
	is_tidy out
	# What the journal told of was not written again.
	tree out >now
	while read -r name; do
		grep -F " ./$name" "trees.$killed" | diff - \
		    <(grep -F " ./$name" now)
	done < <(head -n 20 finished)
}
must '--resume: after kills at any moment the same bytes' resumes 2500 10
compressed_resumes() {
	dedup --compress=gzip </dev/null >out.gz || skip "no zlib"
	resumes "$@"
}
must '--resume: compressed, and with threads' compressed_resumes 2000 10 --compress=gzip -T2

half_done() {	# 'out' as it is when 'list' is half done
	many 40
	mv list all
	seq 1 30000 | sed 's/.*/line & of a text that is long enough/' >in/x
	sed '20ain/x' all >list
	dedup --output-dir=want --files-from=list
	(
		ulimit -f 100
		trap '' XFSZ
		exits 2 dedup --output-dir=out --resume --files-from=list \
		    2>err
	)
	[ "$(grep -c '^done ' out/.dedup-journal)" -eq 20 ]
	[ "$(find out -type f | wc -l)" -eq 21 ]
}

goes_on() {
	half_done
	tree out | grep -v dedup-journal >before
	# What a kill leaves goes, and nothing else.
	echo x >out/in/.x.dedup-abcdefgh
	# Others' files: in name, in kind, in age.
	mkdir mine
	echo x >mine/.x.original
	echo x >mine/.x.abcdefgh
	echo x >mine/.mine.dedup-abcdefgh
	echo x >mine/.x.dedup-abcdefg
	echo x >mine/.x.dedup-abcdefgh.txt
	touch -d '2 days ago' mine/.x.dedup-01234567
	mkdir mine/.x.dedup-89abcdef
	cp -a mine/. out/in
	printf 'done 25 1 1 0 1 1 00' >>out/.dedup-journal
	dedup --output-dir=out --resume --files-from=list
	diff -r want out | grep -c '^Only in out/in: ' |
	    grep -qx "$(find mine -mindepth 1 | wc -l)"
	for file in mine/.[!.]*; do rm -r "out/in/${file##*/}"; done
	diff -r want out
	tree out >after
	comm -12 <(sort before) <(sort after) | wc -l | grep -qx 20
}
must '--resume: what is finished is left alone' goes_on

sweeps_nothing() {
	half_done
	rm out/.dedup-journal
	echo x >out/in/.x.dedup-abcdefgh
	dedup --output-dir=out --resume --files-from=list
	[ -e out/in/.x.dedup-abcdefgh ]
}
must '--resume: without a journal nothing is removed' sweeps_nothing

keeps_secret() {
	local head
	half_done
	[ "$(stat -c %a out/.dedup-journal)" = 600 ]
	head=$(head -n 1 out/.dedup-journal)
	[ "$(wc -w <<<"$head")" -eq 7 ]
	(
		ulimit -f 100
		exits 2 dedup --output-dir=out --resume --files-from=list \
		    2>err
	)
	[ "$(head -n 1 out/.dedup-journal)" = "$head" ]
	cp -r out again
	dedup --output-dir=out --resume --files-from=list --save=t
	# The secret of the table is that of the journal.
	dedup --seed="${head##* }" --load=t -q in/x >/dev/null
	exits 2 dedup --seed=1 --load=t in/x 2>err >/dev/null
	dedup --output-dir=again --resume --files-from=list --save=u --seed=3
	cmp t u
	# It is the one that is given, or that of a table.
	rm -r out
	dedup --seed=5 --output-dir=out --resume --files-from=list --save=v
	dedup --seed=5 --load=v -q in/x >/dev/null
	rm -r out
	dedup --output-dir=out --resume --files-from=list --load=v -q \
	    --update=w
	dedup --seed=5 --load=w -q in/x >/dev/null
}
must '--resume: runs that go on have one secret, that nobody else can read' \
    keeps_secret

without_resume() {
	half_done
	exits 2 dedup --output-dir=out --files-from=list 2>err
	grep -qx 'dedup: out/.dedup-journal: an earlier run was interrupted'\
' here: use --resume to continue, or delete this file to start over' err
	rm out/.dedup-journal
	dedup --output-dir=out --files-from=list
	diff -r want out
}
must '--resume: a run that was stopped is not passed over' without_resume

others() {
	half_done
	for option in -x -m6 --compress=none --min-doc-words=3; do
		exits 2 dedup --output-dir=out --resume --files-from=list \
		    $option 2>err
		grep -q '^dedup: out/.dedup-journal: cannot resume: the options'\
' or the names of the files are not those ' err
	done
	exits 2 dedup --output-dir=out --resume in/1 2>err
	sed -i '1s/dedup-journal 2 [^ ]*/dedup-journal 2 9.9.9/' \
	    out/.dedup-journal
	exits 2 dedup --output-dir=out --resume --files-from=list 2>err
	grep -q 'cannot resume: it is of another version of dedup$' err
}
must '--resume: other options or files are refused' others

harmless() {
	half_done
	dedup --output-dir=out --resume --files-from=list -T2 -s -q --progress \
	    --json --log=log --seed=3 2>err
	diff -r want out
}
must '--resume: options that change nothing may differ' harmless

changed() {
	half_done
	echo 'a line more than there was before' >>"$(head -n 1 list)"
	exits 2 dedup --output-dir=out --resume --files-from=list 2>err
	grep -q 'cannot resume: it has changed since it was done$' err
}
must '--resume: a finished file that has changed is refused' changed

output_lost() {
	local first
	half_done
	first=$(head -n 1 list)
	rm "out/$first"
	dedup --output-dir=out --resume --files-from=list
	diff -r want out
}
must '--resume: an output that is missing is written again' output_lost

locked() {
	half_done
	exec 3<out/.dedup-journal
	command -v flock >/dev/null || skip 'no flock'
	flock -x 3
	exits 2 dedup --output-dir=out --resume --files-from=list 2>err
	grep -qx 'dedup: out/.dedup-journal: cannot resume: another run is'\
' using it' err
}
must '--resume: two runs at a time are refused' locked

lost_first() {
	half_done
	rm -r out
	sed '1iin/missing' list >list2
	(
		ulimit -f 100
		trap '' XFSZ
		exits 2 dedup --output-dir=out --resume --files-from=list2 \
		    2>err
	)
	text a 1 >in/missing
	exits 2 dedup --output-dir=out --resume --files-from=list2 2>err
	grep -qx 'dedup: in/missing: left out: it could not be opened when this'\
' run began' err
	[ ! -e out/in/missing ]
	diff -r want out
}
must '--resume: what could not be opened stays left out' lost_first

interrupted() {	# OPTION...
	local status=0
	many 6000
	"$DEDUP" --files-from=list "$@" 2>err &
	sleep 0.15
	kill -TERM $! 2>/dev/null
	wait $! || status=$?
	cat err
	[ "$status" -eq 143 ] || skip 'it was too fast'
	is_tidy
}
must 'SIGTERM: no temporary file is left' interrupted --output-dir=out
must 'SIGTERM: nor with --max-removed' interrupted --output-dir=out \
    --max-removed=1

saving() {
	local status=0
	mkfifo in
	"$DEDUP" --save=t in >out &
	exec 9>in
	echo 'a line that is read' >&9
	wait_until test -e t.lock
	kill -TERM $!
	wait $! || status=$?
	exec 9>&-
	[ "$status" -eq 143 ]
	[ "$(ls)" = $'in\nout' ]
}
must 'SIGTERM: no table and no lock of one' saving

begun() {
	[ -n "$(find . -name '.out.*')" ]
}

interrupted_while_waiting() {	# OPTION...
	local status=0
	mkfifo in
	"$DEDUP" -o out --max-removed=1 "$@" in &
	exec 9>in
	echo 'a line that is read' >&9
	wait_until begun
	kill -TERM $!
	wait $! || status=$?
	exec 9>&-
	[ "$status" -eq 143 ]
	[ ! -e out ]
	is_tidy
}
must 'SIGTERM: nor while input is waited for' interrupted_while_waiting
must 'SIGTERM: nor so with threads' interrupted_while_waiting -T 2

# What may not be overwritten.

log_of_something() {
	text a 1 1 >a
	text b 1 1 >b
	cp a was
	exits 2 dedup --log a b >out 2>err	# for --log=FILE a b
	grep -Fqx 'dedup: a: cannot write: there is a file that is no log;'\
' --log takes the next argument for its file' err
	[ ! -s out ]
	cmp a was
	printf '{"id":"1","text":"a"}\n' >a.jsonl
	cp a.jsonl was
	exits 2 dedup --log=a.jsonl b >out 2>err
	cmp a.jsonl was
}
must '--log: what is there and is no log stays' log_of_something

log_again() {
	text a 1 1 >a
	: >log
	dedup --log=log a >out		# an empty file may be one
	cp log want
	dedup --log=log a >out		# and so is a log
	cmp log want
	printf '{"text":"%s"}\n{"text":"%s"}\n' "$long" "$long" >r.jsonl
	dedup --log=log r.jsonl >out
	dedup --log=log --min-doc-words=50 a >out
	dedup --log=log a >out
	cmp log want
	dedup --log=/dev/null a >out
}
must '--log: a log is replaced, whatever it is of' log_again

backup_slip() {	# SUFFIX
	text a 1 1 >a
	cp a was
	exits 2 dedup --in-place "$1" a 2>err
	grep -Fqx "dedup: --in-place: $1: no such file; a suffix is given as\
 --in-place=$1" err
	cmp a was
	text b 1 >"$1"			# but a file may have that name
	dedup --in-place "$1" a
	text a 1 | cmp - a
}
must '--in-place .bak: nothing is rewritten without the backup' backup_slip .bak
must '--in-place ~: so it is' backup_slip '~'
must '--in-place bak: so it is' backup_slip bak

list_is_kept() {
	text a 1 1 >a
	text b 2 2 >b
	printf 'a\nb\n' >list
	cp list was
	for option in -olist --log=list --save=list; do
		exits 2 dedup --files-from=list $option >out 2>err
		grep -Fqx 'dedup: list: cannot write: it is the list of files,'\
' too' err
		cmp list was
	done
	cp a was
	exits 2 dedup --in-place --against=a a 2>err
	grep -Fqx 'dedup: a: cannot rewrite: it is the reference too' err
	cmp a was
	ln -s new link
	exits 2 dedup -o link --log=./new a 2>err >out
	grep -Fqx 'dedup: ./new: cannot write: it is the output too' err
	[ ! -e new ]
}
must 'no list and no reference is overwritten, nor a file written twice' \
    list_is_kept

journal_of_others() {
	text a 1 1 >a
	mkdir out
	echo precious >precious
	cp precious was
	ln -s ../precious out/.dedup-journal
	exits 2 dedup --output-dir=out --resume a 2>err
	grep -Fqx 'dedup: out/.dedup-journal: cannot resume: it is a symbolic'\
' link' err
	cmp precious was
	rm out/.dedup-journal
	ln precious out/.dedup-journal
	exits 2 dedup --output-dir=out --resume a 2>err
	cmp precious was
	rm out/.dedup-journal
	printf precious >out/.dedup-journal
	exits 2 dedup --output-dir=out --resume a 2>err
	[ "$(cat out/.dedup-journal)" = precious ]
	rm out/.dedup-journal
	mkfifo out/.dedup-journal
	exits 2 ends "$DEDUP" --output-dir=out --resume a 2>err
	rm out/.dedup-journal
	printf 'dedup-journal 1 0.' >out/.dedup-journal	# a crash left that
	dedup --output-dir=out --resume a
	text a 1 | cmp - out/a
}
must '--resume: a journal that leads to another file is not touched' \
    journal_of_others

# Formats.

mixes() {	# OPTION...
	local with=("$@")
	text a 1 1 >a
	text b 2 2 >b
	printf '{"text":"%s"}\n' "$long" "$long" >r.jsonl
	exits 2 dedup "${with[@]}" a r.jsonl >out 2>err
	grep -Fqx 'dedup: r.jsonl: cannot go on: it is JSONL, unlike the input'\
' before it: one output cannot hold both; see --output-dir' err
	not grep -q text out
	exits 2 dedup "${with[@]}" r.jsonl a >out 2>err
	grep -Fq 'dedup: a: cannot go on: it is text, unlike the input' err
	# By their names it is known before.
	printf 'WARC/1.0\r\n' >w.warc
	exits 2 dedup "${with[@]}" r.jsonl a w.warc >out 2>err
	[ ! -s out ]
	[ "$(wc -l <err)" -eq 1 ]
	grep -Fq 'dedup: w.warc: cannot go on: it is WARC' err
	# An empty file is of any kind.
	: >empty
	dedup "${with[@]}" empty r.jsonl empty >out 2>err
}
must 'text and JSONL do not go into one output' mixes
must 'nor with several threads' mixes -T3
must 'nor with two readings, where nothing is written' mixes --keep=none -q
must 'nor with -d' mixes -d
mixes_well() {
	text a 1 1 >a
	printf '{"text":"%s"}\n' "$long" "$long" >r.jsonl
	exits 1 dedup --check a r.jsonl
	dedup --diff a r.jsonl >out
	dedup --annotate=jsonl a r.jsonl >out
	dedup --top=3 a r.jsonl >out
	dedup --output-dir=dir a r.jsonl
	dedup -f text a r.jsonl >out
}
must 'where an output is no mixture, files of several formats are read' \
    mixes_well

misnamed() {
	text a 1 1 >a
	exits 2 dedup -o x.bz2 a 2>err
	grep -Fqx 'dedup: --output: x.bz2: it would not be compressed: gzip'\
' (.gz), zstd (.zst) and xz (.xz) are known; --compress=none writes it plain' err
	[ ! -e x.bz2 ]
	exits 2 dedup --log=l.bz2 a >out 2>err
	grep -Fqx "dedup: --log: l.bz2: it would not be compressed: .gz, .zst"\
' and .xz are known' err
	[ ! -e l.bz2 ]
	dedup --compress=none -o x.bz2 a
	text a 1 | cmp - x.bz2
}
must 'no plain file has a name that says it is compressed' misnamed

counts_of_top() {
	text a 1 1 >a
	printf '{"text":"%s"}\n' "$long" "$long" 3 >r.jsonl
	echo '{' >>r.jsonl
	exits 2 dedup --top=2 --json a r.jsonl 2>err >out
	grep -q "\"bytes_in\":$(cat a r.jsonl | wc -c)," err
	grep -q '"records":4,"bad_records":1,' err
	exits 2 dedup --top=2 --json <r.jsonl 2>err >out
	grep -q "\"bytes_in\":$(wc -c <r.jsonl)," err
}
must '--top --json: bytes and records are counted' counts_of_top

no_crash_without_memory() {
	! is_sanitized || skip 'it needs memory of its own'
	text a 1 1 >a
	local status most=0
	for ((kb = 2000; kb < 12000; kb += 48)); do
		status=0
		(ulimit -v $kb; exec "$DEDUP" a >out 2>err) 2>/dev/null ||
		    status=$?
		[ $status -ne 139 ]	# SIGSEGV
		[ $status -ne 134 ]	# SIGABRT
		[ $status -ne 0 ] || most=$kb
	done
	[ $most -gt 0 ]
}
must 'without memory at the start: trouble, no crash' no_crash_without_memory

sum_up
