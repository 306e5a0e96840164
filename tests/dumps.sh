#!/usr/bin/env bash
# dumps.sh: what must hold of boilerplate, reference texts, tables, threads and
# bounded memory: see must.sh.
# shellcheck disable=SC2317	# functions are called by name
# shellcheck disable=SC2016	# dollars for other shells
# shellcheck source=tests/must.sh

. "$(dirname "$0")/must.sh"

# Boilerplate.

random_corpora() {	# SCRIPT ROUNDS
	local rounds
	rounds=$(rounds "$2")
	"$python" "$tests/$1.py" --rounds="$rounds" "${@:3}" "$DEDUP"
}
must 'boilerplate and surveys are what slow counting says' \
    random_corpora boilerplate 120

site() {	# writes page1 .. page3
	local i
	for i in 1 2 3; do
		printf '%b' "Home\nNews\nSign up\n\nOnly page $i says all of this\
\n\n$long\n\nRead on\nShare\n" >page$i
	done
	printf '%b' "Share\n\n$other\n\nRead on\n" >page3
}

boilerplate() {	# OPTION
	site
	dedup "$1" page1 page2 page3 >got
	printf '%b' "Only page 1 says all of this\nOnly page 2 says all of this\
\n$other\n" | diff - got
	# In three of them is less; and what is in two has its first copy kept,
	# but for a run of under five words, which is compared with none.
	dedup --boilerplate=3 page1 page2 page3 | sed '/^$/d' >got
	printf '%b' "Home\nNews\nSign up\nOnly page 1 says all of this\n$long\n\
Home\nNews\nSign up\nOnly page 2 says all of this\n$other\n" | diff - got
}
must '-b: what is in two documents goes from all, short lines too' \
    boilerplate -b2
must '-b: in half of them, rounded up' boilerplate -b50%

boilerplate_of_pipes() {
	site
	mkdir spool
	export TMPDIR=$PWD/spool
	dedup -b2 page1 page2 page3 >want
	# shellcheck disable=SC2002
	cat page1 | dedup -b2 - page2 page3 | diff want -
	dedup -b2 page1 <(cat page2) page3 | diff want -
	rmdir spool
}
must '-b: a pipe is spooled and nothing left behind' boilerplate_of_pipes

boilerplate_is_told() {
	site
	dedup -b3 --log=log page1 page2 page3 >/dev/null
	grep -Fq '"reason":"boilerplate","similarity":1.0000,"documents":3,' log
	dedup -b3 --diff page1 page2 page3 >shown
	grep -qx '    in 3 documents, as line 9 of page2' shown
	dedup -b3 -s page1 page2 page3 2>&1 >/dev/null |
	    grep -qx '  boilerplate 6'
}
must '-b: the log and --diff tell of how many documents and of a copy' \
    boilerplate_is_told

# 7 hundredths are a little more than 7 / 100 in binary.
boilerplate_share() {
	local i
	for i in $(seq 1 100); do
		printf '{"text":"number %d alone%s"}\n' "$i" \
		    "$([ "$i" -gt 7 ] || printf '%s' '\n\nmenu here')"
	done >a.jsonl
	dedup -b7% a.jsonl >got
	not grep -q menu got
	dedup -b8% a.jsonl | cmp a.jsonl
}
must '-b P%: exactly that share is enough' boilerplate_share

boilerplate_and_reference() {
	site
	printf '%b' "$other\n" >ref
	dedup -b3 --against=ref page1 page2 page3 >got
	not grep -q seven got
	not grep -qx Share got
}
must '-b and --against: the reference is known in the end, too' \
    boilerplate_and_reference

# What is like boilerplate is not judged by what goes as that.
boilerplate_before_copies() {
	local i
	for i in 1 2 3; do
		printf '%b' "$whole\n" >b$i
	done
	printf '%b' "$part\n" >c1
	cp c1 c2
	cp c1 c3
	dedup -b4 --keep=none b1 b2 b3 c1 c2 c3 >got
	cmp got /dev/null
	dedup -b3 --keep=none b1 b2 b3 c1 c2 >got
	cmp got /dev/null
}
must '-b and --keep=none: copies of what is no boilerplate go' \
    boilerplate_before_copies

for value in 1 0 -1 x '' 2x 0% 101% % 1.2.3% 2%%; do
	must "-b '$value'" refuses "dedup: --boilerplate: $value: not a\
 number of documents from 2, nor a share up to 100%" -b "$value"
done

# Surveys.

surveys() {
	site
	dedup --top=2 page1 page2 page3 >got
	printf '       3  Read on\n       3  Share\n' | diff - got
	cat page1 <(echo %%) page2 <(echo %%) page3 >all
	dedup --top=2 --document-separator=%% <all | diff got -
	dedup --top=3 --json page1 page2 page3 >got
	"$python" - got <<-'END'
		import json, sys
		rows = [json.loads(line) for line in open(sys.argv[1])]
		assert [r["documents"] for r in rows] == [3, 3, 2], rows
		assert rows[2] == {"documents": 2, "file": "page1",
		    "document": "page1", "line": 1, "offset": 0,
		    "text": "Home"}, rows
	END
}
must '--top: what is in most documents, and where first' surveys

surveys_characters() {
	local i
	for i in 0 1 2 3; do
		printf '%*s' $((196 + i)) '' | tr ' ' x >a
		printf '\xf0\x9f\x9a\xa2 more\r\n' >>a
		dedup -f text --top=1 a a | iconv -f UTF-8 -t UTF-8 >got
		grep -q 'xxx' got
	done
	printf 'caf\xc3\xa9\r\n' >a
	dedup --top=1 a a | cmp - <(printf '       2  caf\xc3\xa9\n')
}
must '--top: an example is cut between characters' surveys_characters

bad_records_in_surveys() {
	printf '%s\n' '{"text":"a"}' no '{"text":"a"}' >a.jsonl
	exits 2 dedup --top=1 a.jsonl >out 2>err
	grep -q '^dedup: a.jsonl:2: ' err
	[ "$(wc -l <err)" -eq 1 ]
}
must '--top: a bad record is told of, once' bad_records_in_surveys
for option in --load=t --save=t --update=t --against=t; do
	must "--top and $option" refuses "dedup: --top: only lists; not with\
 --load, --save, --update or --against" --top=1 $option
done
must '--top and --log' refuses "dedup: --top: only lists; not with --log" \
    --top=1 --log=l
for value in 0 x '' 1000001; do
	must "--top='$value'" refuses "dedup: --top: $value: not a whole number\
 from 1 to 1000000" --top="$value"
done

repeat_of_boilerplate() {
	local first='We rowed to the far island that the gulls had left before'
	first+=' the storm came in from the north, and then we sat down, and'
	printf '%s\n' 'Share this page' "$first rested a while" >a
	printf '%s\n' "$first" 'rested a while' 'rested a while' \
	    'Share this page' >b
	dedup -b2 --log=log a b | cmp - /dev/null
	grep -F '"file":"b","document":"b","line":3,' log |
	    grep -Fq '"witness":{"file":"a","document":"a","line":2,'
}
must 'a repeat of boilerplate names what that repeats' repeat_of_boilerplate

# Reference texts.

must 'what tables and reference texts do to random corpora' \
    random_corpora tables 104

against() {
	printf '%b' "$whole\n\n$long and $other\n" >ref
	printf '%b' "$part\n\n$other\n\nNew words stand here and stay.\n" >a
	dedup --against=ref --log=log a >got
	printf '%b' "$other\n\nNew words stand here and stay.\n" | diff - got
	grep -Fq '"reason":"listed","similarity":0.9091,"witness":{"file":"ref",' \
	    log
	dedup --against=ref --contained a >got
	printf 'New words stand here and stay.\n' | diff - got
	dedup --against=ref -x a | cmp - a
	dedup --save=t ref >/dev/null
	dedup --against=t --contained a 2>err >got || :
	grep -Fq 'dedup: t: cannot load: made without --contained' err
	dedup --against=t --log=log a | diff - <(dedup --against=ref a)
	grep -Fq '"witness":{"table":"t","file":"ref","document":"ref","line":1,' \
	    log
	dedup --against=<(cat ref) a | diff - <(dedup --against=ref a)
	dedup --against=- a <ref | diff - <(dedup --against=ref a)
}
must '--against: what a text or table says goes, nothing of it is written' \
    against

against_itself() {
	local box="Have the news here\nHave the news here\nSign up\n"
	printf '%b' "$box\n$long\n\n$box" >ref
	dedup --against=ref ref >got
	cmp got /dev/null
}
must '--against: lines of the reference that repeat are no hindrance' \
    against_itself

against_bad_text() {
	printf '%b' "$twice" >a
	refuses 'dedup: missing: cannot open: No such file or directory' \
	    --against=missing a
	printf '%s\n' '{"text":"a b c d e f"}' no >ref.jsonl
	exits 2 dedup --against=ref.jsonl a >out 2>err
	grep -q '^dedup: ref.jsonl:2: ' err
	[ ! -s out ]
	seq 1 20000 | sed 's/.*/& first&  second& third& fourth&\n/' >ref
	refuses 'dedup: ref: cannot read: memory is full: see --memory' \
	    --against=ref -M200K a
	refuses 'dedup: standard input: cannot read: it is wanted twice' \
	    --against=-
}
must '--against: a reference not read in full is an error' against_bad_text

# Tables.

loads() {
	printf '%b' "$long\n\n$whole\n" >a
	printf '%b' "$part\n\n$other\n\n$long\n" >b
	dedup --save=t a | cmp - a
	printf '%b' "$other\n" >want
	dedup --load=t --log=log b | diff want -
	grep -Fq '"witness":{"table":"t","file":"a","document":"a","line":3,' log
	dedup --load=t --diff b >shown
	grep -qx '    all of it in line 3 of a, by t' shown
	dedup --update=u a | cmp - a
	dedup --update=u b | diff want -
	dedup --update=u b | cmp - /dev/null
	printf '%b' "$other\n" >c
	dedup --load=t --save=t2 c | cmp - c
	dedup --load=t2 b c | cmp - /dev/null
	[ -z "$(find . -name '*.lock')" ]
}
must '--load, --save, --update: what a table knows' loads

merges() {
	printf '%b' "$long\n" >a
	printf '%b' "$other\n" >b
	dedup --seed=1 --save=a.t a >/dev/null
	dedup --seed=1 --save=b.t b >/dev/null
	dedup --merge a.t b.t -o ab.t
	dedup --load=ab.t a b | cmp - /dev/null
	dedup --load=a.t --load=b.t a b | cmp - /dev/null
	dedup --save=c.t b >/dev/null
	exits 2 dedup --merge a.t c.t -o x.t 2>err
	grep -qx 'dedup: c.t: cannot merge: made with another secret than the first' \
	    err
	[ ! -e x.t ]
	exits 2 dedup --load=a.t --load=c.t a 2>err
	grep -qx 'dedup: c.t: cannot load: made with another secret' err
	exits 2 dedup --seed=2 --load=a.t a 2>err
	grep -qx 'dedup: a.t: cannot load: made with another secret than that of the seed' \
	    err
	refuses 'dedup: --merge: needs --output=FILE' --merge a.t
	refuses 'dedup: --merge, --list and --test need tables as operands' \
	    --list
	echo text >notes
	exits 2 dedup --merge a.t b.t -o notes 2>err
	grep -qx 'dedup: notes: cannot write: there is a file that is no table' \
	    err
	echo text | cmp - notes
}
must '--merge: tables of one secret into one, or none' merges

lists() {
	site
	dedup -b2 -x --fold-digits -m4 --save=t page1 page2 page3 >/dev/null
	dedup --list t >got
	grep -qx '  options    --unit=auto --min-words=4 --exact --fold-digits' \
	    got
	grep -Eqx '  Unicode    [0-9.]+' got
	grep -qx '  documents  3' got
	grep -qx '  units      1' got
	grep -qx '  counts     [1-9]* texts of 3 documents' got
	dedup --list --json t t >got
	"$python" - got "$(wc -c <t)" <<-'END'
		import json, sys
		rows = [json.loads(line) for line in open(sys.argv[1])]
		assert rows[0] == rows[1] and len(rows) == 2
		r = rows[0]
		assert r["table"] == "t" and r["bytes"] == int(sys.argv[2]), r
		assert r["exact"] and r["fold_digits"], r
		assert r["min_words"] == 4 and r["counted"] == 3, r
		assert r["documents"] == 3 and r["labels"], r
		assert r["version"] == 3, r
		assert all(n.isdigit() for n in r["unicode"].split(".")), r
	END
	dedup --test t t
	exits 2 dedup --list t missing 2>err >out
	grep -qx 'dedup: missing: cannot list: No such file or directory' err
	[ -s out ]
	exits 2 dedup --test page1 2>err
	grep -qx 'dedup: page1: bad table: not a table of dedup' err
}
must '--list, --test: what is in a table, and whether it is good' lists

other_options() {	# WHY OPTION...
	printf '%b' "$twice" >a
	cp a b
	dedup --save=t a >/dev/null
	cp t copy
	for how in --load --update --against; do
		echo before >out
		echo '{"file":"a","document":"a"}' >log
		cp log was
		exits 2 dedup "${@:2}" $how=t -o out --log=log b 2>err
		grep -qx "dedup: t: cannot load: $1" err
		echo before | cmp - out
		cmp was log
	done
	cmp t copy
}
must 'a table made without -x' other_options 'made without --exact' -x
must 'a table of another -m' other_options \
    'made with --min-words=5, not 4' -m4
must 'a table of another -n' other_options 'made with --ngram=3, not 2' -n2
must 'a table of another -u' other_options 'made with another --unit' -u line
must 'a table made without --fold-digits' other_options \
    'made without --fold-digits' --fold-digits
must 'a table made without --contained' other_options \
    'made without --contained' --contained

bad_tables() {
	local size
	printf '%b' "$twice" >a
	dedup --save=t a >/dev/null
	size=$(wc -c <t)
	head -c $((size - 1)) t >short
	refuses "dedup: short: cannot load: truncated: $((size - 1)) of $size bytes" \
	    --load=short a
	head -c 100 t >short
	refuses 'dedup: short: cannot load: truncated: 100 bytes, less than a header' \
	    --load=short a
	(cat t; echo) >longer
	exits 2 dedup --load=longer a 2>err
	grep -q '^dedup: longer: cannot load: damaged: ' err
	"$python" -c 'import sys; b = bytearray(open("t", "rb").read())
b[9000] ^= 1; open("flip", "wb").write(b)
b[9000] ^= 1; b[8] += 1; open("new", "wb").write(b)'
	exits 2 dedup --load=flip a 2>err
	grep -q '^dedup: flip: cannot load: damaged: ' err
	refuses 'dedup: new: cannot load: format version 4 is newer than 3: use a newer dedup' \
	    --load=new a
	refuses 'dedup: a: cannot load: not a table of dedup' --load=a a
	refuses 'dedup: missing: cannot load: No such file or directory' \
	    --load=missing a
	: >empty
	refuses 'dedup: empty: cannot load: not a table of dedup' --load=empty a
}
must 'a table that is damaged, cut, newer or none is refused, and why' \
    bad_tables

saves_over() {	# OPTION
	local name
	printf '%b' "$twice" >a
	printf '%b' "$other\n" >ref
	echo text >notes
	cp a copy
	ln a hard
	ln -s a soft
	for name in a hard soft; do
		refuses "dedup: $name: cannot write: it is an input file too" \
		    "$1$name" a
		refuses "dedup: $name: cannot write: it is an input file too" \
		    "$1$name" <a
		cmp a copy
	done
	refuses 'dedup: ref: cannot write: it is the reference too' \
	    "$1"ref --against=ref a
	refuses 'dedup: out: cannot write: it is the output too' \
	    "$1"out -o out a
	refuses 'dedup: log: cannot write: it is the log too' \
	    "$1"log --log=log a
	refuses 'dedup: notes: cannot write: there is a file that is no table' \
	    "$1"notes a
	echo text | cmp - notes
	exits 2 dedup "$1"no/t a 2>err
	grep -q '^dedup: no/t: cannot write: cannot lock: No such file' err
}
must '--save over anything but a table is refused' saves_over --save=
must '--update over anything but a table is refused' saves_over --update=

two_writers() {
	printf '%b' "$twice" >a
	dedup --save=t a >/dev/null
	cp t copy
	mkfifo in out
	dedup --update=t <in >out &
	exec 3>in 4<out
	# It has begun once it writes.
	printf '%b' "$long\n\n" >&3
	while [ ! -e t.lock ]; do sleep 0.01; done
	for how in --save=t --update=t; do
		refuses 'dedup: t: cannot write: another run is writing it' \
		    $how a
	done
	exits 2 dedup --merge copy -o t 2>err
	grep -qx 'dedup: t: cannot write: another run is writing it' err
	cmp t copy
	# Reading is free.
	dedup --load=t a | cmp - /dev/null
	exec 3>&-
	cat <&4 >/dev/null
	wait $!
	dedup --update=t a >/dev/null
	[ ! -e t.lock ]
}
must 'a table that another run is writing: said, exit 2' two_writers

full_disk_and_table() {
	seq 1 3000 | sed 's/.*/& first&  second& third& fourth&\n/' >a
	printf '%b' "$twice" >b
	dedup --save=t b >/dev/null
	cp t copy
	(
		trap '' XFSZ
		ulimit -f 40
		exits 2 dedup --update=t a >/dev/null 2>err
	)
	cat err
	grep -qx 'dedup: t: cannot save: File too large' err
	cmp t copy
	[ "$(find . -type f | sort | tr '\n' ' ')" = \
	    './a ./b ./copy ./err ./t ' ]
	[ -w /dev/full ] || skip 'no /dev/full'
	exits 2 dedup --update=t a >/dev/full 2>err
	cmp t copy
	exits 2 dedup --save=new a >/dev/full 2>err
	[ ! -e new ]
}
must 'no room for a table, or for the output: the old table stays' \
    full_disk_and_table

table_after_trouble() {
	printf '%b' "$twice" >a
	printf '{"text":"%s"}\n' "$long" "$whole" >d.jsonl
	echo '{"text":' >>d.jsonl
	dedup -q --update=t a >/dev/null
	cp t copy
	exits 2 dedup --update=t -o o d.jsonl 2>err
	cmp t copy
	[ "$(wc -l <o)" -eq 3 ]
	grep -qx 'dedup: t: not saved, after what was told above: see'\
' --on-error' err
	# So the next run still has what the last one may have lost.
	exits 2 dedup --update=t d.jsonl 2>/dev/null | cmp - o
	exits 2 dedup --save=new d.jsonl >/dev/null 2>err
	[ ! -e new ]
	exits 2 dedup --update=t missing a >/dev/null 2>err
	cmp t copy
	exits 2 dedup --counts-only -b 2 --save=new d.jsonl 2>err
	[ ! -e new ]
	printf 'it is older and says something that is new\n' >z
	exits 2 dedup --update=t --log=/nowhere/l z >/dev/null 2>err
	cmp t copy
	exits 2 dedup --update=t --in-place --max-removed=0 a z 2>err
	cmp t copy
	[ ! -w /dev/full ] || {
		exits 2 dedup --update=t --log=/dev/full a >/dev/null 2>err
		cmp t copy
	}
	exits 2 dedup --update=t z >&- 2>err
	cmp t copy
	grep -qx 'dedup: standard output: cannot write: Bad file descriptor' err
	exits 2 dedup --on-error=save --update=t -o o d.jsonl 2>err
	not cmp -s t copy
	not grep -q 'not saved' err
	exits 1 dedup --load=t --check <<<"$whole"
	dedup --on-error=save a 2>&1 >/dev/null |
	    grep -qx 'dedup: --on-error has no effect without --save or --update'
}
must 'after trouble a table stays as it was, unless --on-error=save' \
    table_after_trouble

table_after_sync() {
	! is_sanitized || skip 'it is preloaded itself'
	"${CC:-cc}" -shared -fPIC -o shim.so "$tests/preload/fail_sync.c" ||
	    skip 'the shim cannot be compiled'
	printf '%b' "$twice" >a
	LD_PRELOAD=./shim.so exits 2 dedup --save=t a >out 2>err
	cat err
	grep -qx 'dedup: standard output: cannot write: Input/output error' err
	[ ! -e t ]
	# The file that it goes to may have another name, and the log too.
	LD_PRELOAD=./shim.so exits 2 dedup --save=t -o b --log=l a >l 2>err
	grep -qx 'dedup: l: cannot write: Input/output error' err
	[ ! -e t ]
	LD_PRELOAD=./shim.so dedup a >out
	LD_PRELOAD=./shim.so dedup --save=t a | cmp - out
	dedup --test t
}
must 'what a table stands for is on the disk before it is' table_after_sync

empty_table() {
	dedup --save=t </dev/null
	printf '%b' "$twice" >a
	dedup --load=t a >out 2>err
	printf '%b' "$once" | cmp - out
	grep -qx 'dedup: t: the table is empty' err
	dedup -q --load=t a 2>&1 >/dev/null | cmp - /dev/null
}
must 'warns of a table that is empty' empty_table

new_table() {
	printf '%b' "$twice" >a
	dedup --update=t a >out 2>err
	echo 'dedup: t: there is no table yet: it begins here' | cmp - err
	printf '%b' "$once" | cmp - out
	not grep -q 'no table' <(dedup --update=t a 2>&1)
	rm t
	dedup -q --update=t a 2>&1 >/dev/null | cmp - /dev/null
}
must '--update: a table that is not there yet is told of' new_table
must 'one document and a table that is written' refuses "dedup: --scope=document:\
 not with --save or --update" --scope=document --save=t

counts_of_parts() {
	site
	dedup -b2 page1 page2 page3 >want
	dedup --scope=document -b2 page1 page2 page3 >want-alone
	dedup --seed=1 --counts-only --save=1.t page1 page2 >got
	cmp got /dev/null
	# Only how units are cut matters.
	dedup --seed=1 -b2 -x -q --counts-only --save=2.t <page3 >got
	cmp got /dev/null
	dedup --merge 1.t 2.t -o all.t
	dedup --load=all.t -b2 page1 page2 page3 | cmp - want
	dedup --load=all.t -b2 --contained -t.8 page1 >/dev/null
	# Parts by themselves.
	dedup --load=all.t -b2 --scope=document page1 >got
	dedup --load=all.t -b2 --scope=document page2 page3 >>got
	cmp got want-alone
	# What one part has once may be frequent, what all have once is not.
	dedup --merge --min-count=2 1.t 2.t -o few.t
	dedup --load=few.t -b2 --scope=document page1 page2 page3 |
	    cmp - want-alone
	[ "$(wc -c <few.t)" -le "$(wc -c <all.t)" ]
	dedup --list --json 1.t all.t few.t >got
	"$python" - got <<-'END'
		import json, sys
		one, both, few = (json.loads(l) for l in open(sys.argv[1]))
		assert {r["units"] for r in (one, both, few)} == {0}
		assert not any(r["labels"] for r in (one, both, few))
		assert (one["counted"], both["counted"]) == (2, 3), (one, both)
		assert 0 < few["counts"] < both["counts"], (few, both)
		assert few["counted"] == both["counted"], few
	END
	# Counts are added to those of a table, and its units stay.
	dedup --seed=1 --save=known.t page1 >/dev/null
	dedup --load=known.t --counts-only --save=more.t page2 page3
	dedup --load=known.t page1 >want-known
	dedup --load=more.t page1 | cmp - want-known
	if cmp -s want-known page1; then return 1; fi
	dedup --seed=1 --counts-only --update=u.t page1
	dedup --counts-only --update=u.t page2 page3
	dedup --load=u.t -b2 page1 page2 page3 | cmp - want
	exits 2 dedup --load=known.t -b2 --scope=document page1 2>err
	grep -q '^dedup: known.t: cannot load: it knows units, and ' err
	exits 2 dedup --counts-only --save=x.t page1 missing 2>err
	[ ! -e x.t ] && grep -q '^dedup: missing: cannot open' err
	printf '{"text": "a"}\n{bad\n' >r.jsonl
	exits 2 dedup --counts-only --save=x.t page1 r.jsonl 2>err
}
must '--counts-only, --min-count: boilerplate of many parts' counts_of_parts
must '--counts-only without a table' refuses "dedup: --counts-only: needs\
 --save=TABLE or --update=TABLE" --counts-only
must '--counts-only and -o' refuses "dedup: --counts-only: only counts; not\
 with --output" --counts-only --save=t -o x
must '--min-count without --merge' refuses "dedup: --min-count: only with\
 --merge" --min-count=2
must '--min-count and --list' refuses "dedup: --min-count: only with\
 --merge" --min-count=2 --list t

# Counts of a table are of other documents, whose places nobody wrote down.
counts_of_a_table() {
	site
	dedup -b2 --save=t page1 page2 page3 >/dev/null
	printf 'Share\nSome text of its own that is new\n' >new
	dedup --load=t -b3 --log=log new | cmp - <(tail -n 1 new)
	grep -Fq '"documents":3,"witness":{"table":"t"},' log
	dedup --load=t -b3 --diff new | grep -qx '    in 3 documents, as t'
	mkfifo in
	cat new >in &
	TMPDIR=/nowhere dedup --load=t -b3 in | cmp - <(tail -n 1 new)
}
must '-b with the counts of a table: one reading, the table as witness' \
    counts_of_a_table

# Lists of files.

file_lists() {
	printf '%b' "$twice" >a
	printf '%b' "$whole\n" >$'with\nnewline'
	dedup a $'with\nnewline' >want
	printf 'a\0with\nnewline\0' >list0
	dedup --files0-from=list0 | cmp - want
	dedup --files0-from=- <list0 | cmp - want
	printf 'a\n' >list
	dedup --files-from=list $'with\nnewline' |
	    cmp - <(dedup $'with\nnewline' a)
	refuses 'dedup: missing: cannot read: No such file or directory' \
	    --files0-from=missing
}
must '--files-from, --files0-from: names of files' file_lists

# Resources.

must 'threads change nothing, and memory is bounded' \
    random_corpora threads 30

threads_large() {
	local gen=$root/build/tests/gen size=20M
	is_sanitized && size=3M
	[ -x "$gen" ] || skip 'no build/tests/gen'
	"$gen" -b $size >a
	dedup -T1 --seed=1 --save=t1 --log=l1 a >o1
	dedup -T3 --seed=1 --save=t3 --log=l3 a | cmp o1
	cmp t1 t3
	cmp l1 l3
	dedup --threads=0 a | cmp o1
	# shellcheck disable=SC2002
	cat a | dedup -T2 --seed=1 --save=t2 | cmp o1
	dedup -T1 --seed=1 --save=t4 <a | cmp o1
	cmp t2 t4
}
must 'threads change nothing about 20 MB' threads_large

for value in -1 x '' 257 1.5; do
	must "-T '$value'" refuses "dedup: --threads: $value: not a whole number\
 up to 256" -T "$value"
done

bounded() {
	seq 1 20000 | sed 's/.*/& first&  second& third& fourth&\n/' >a
	head -n 2 a | cat a - >b
	dedup -M200K -s b >got 2>err
	cmp got a
	cat err
	grep -q '^dedup: memory is full: [1-9][0-9]* units were kept but ' err
	grep -q '^memory      [0-9.]* MB, full$' err
	dedup --memory=200K --json b 2>&1 >/dev/null |
	    tail -n 1 | grep -q '"full":true,'
	dedup --json b 2>&1 >/dev/null | grep -q '"full":false,'
	dedup -M200K --on-full=pass b | cmp a
	exits 2 dedup -M200K --on-full=fail b >out 2>err
	grep -qx 'dedup: memory is full: see --memory and --on-full' err
	cmp <(head -c "$(wc -c <out)" a) out
	# Counts have their share of it.
	dedup -M100K -b2 -s a 2>err >/dev/null
	grep -q '^dedup: memory is full: ' err
	exits 2 dedup -M100K -b2 --on-full=fail a 2>err >out
	[ ! -s out ]
	dedup -M1% a | cmp a
}
must '-M, --on-full: what is new stays, or the run fails; it is told' bounded

for value in 0 -1 x '' 5X 5KK 101% 1.5G 99999999999T; do
	must "-M '$value'" refuses "dedup: --memory: $value: not a size such as 500M,\
 2G or 30%" -M "$value"
done
must '--on-full=stop' refuses 'dedup: --on-full: stop: not pass or fail' \
    --on-full=stop

sum_up
