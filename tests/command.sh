#!/usr/bin/env bash
# command.sh: what must hold of the command, one line a test: see must.sh.
# shellcheck disable=SC2317	# functions are called by name
# shellcheck disable=SC2016	# dollars for other shells
# shellcheck source=tests/must.sh

. "$(dirname "$0")/must.sh"

# The filter.

must 'standard input is read without operands' becomes "$twice" "$once"
must '- is standard input' becomes "$twice" "$once" -
must 'empty input becomes empty output' stays ''

reads_files() {
	printf '%b' "$twice" >a
	printf '%b' "$other\n\na line that stands only here\n" >b
	dedup a b >got
	printf '%b' "$once""a line that stands only here\n" | diff - got
	dedup a - <b | diff got -
	dedup - b <a | diff got -
}
must 'files are documents of one corpus, one after another' reads_files

no_room() {
	! is_sanitized || skip 'it needs memory of its own'
	printf '%b' "$twice" >a
	ulimit -v 150000
	exits 2 dedup --top=1000000 a 2>err
	grep -Fqx 'dedup: out of memory' err
}
must '--top: where there is no memory for it, that is trouble' no_room

no_memory_for_files() {
	! is_sanitized || skip 'it needs memory of its own'
	seq 1 200000 | sed 's/.*/line & of a text that is long enough/' >a
	ulimit -v 9000
	exits 2 dedup -M1T -u document a a a 2>err >out
	cat err
	not grep -q 'standard' err
	grep -q 'out of memory\|Cannot allocate memory' err
}
must 'no memory: standard input and output are not blamed for it' \
    no_memory_for_files

dashes() {
	printf '%b' "$twice" >-s
	printf '%b' "$once" | diff - <(dedup -- -s)
	printf '%b' "$once" | diff - <(dedup ./-s)
}
must '-- ends the options' dashes

says_nothing() {
	printf '%b' "$twice" | dedup 2>err >/dev/null
	[ ! -s err ]
}
must 'only text is written, and nothing said where all is well' says_nothing

# Some libraries may have been left out.
has() {	# LIBRARY
	ldd "$DEDUP" | grep -q "$1\."
}

fixture() {
	[[ $1 != *.warc ]] || has libnettle || skip 'built without nettle'
	dedup "$1" >got
	diff -a "${1%.*}.out" got
}
for file in "$fixtures"/*.in "$fixtures"/records.jsonl "$fixtures"/sample.txt \
    "$fixtures"/wet.warc; do
	must "fixture ${file##*/} becomes its .out" fixture "$file"
done

# Binary data and other encodings are refused by name.

data() {	# writes one file of each of some kinds, whose text repeats
	printf '%b' "$twice" >text
	iconv -f UTF-8 -t UTF-16 text >utf16
	iconv -f UTF-8 -t UTF-16LE text >utf16le
	iconv -f UTF-8 -t UTF-16BE text >utf16be
	iconv -f UTF-8 -t UTF-32LE text >utf32le
	{ printf '\x7fELF\2\1\1\0'; cat text; } >elf
	{ printf 'BZh91AY&SY'; cat text; } >bz2
	{ printf '%%PDF-1.7\n'; cat text; } >pdf
	{ printf 'PAR1\x15\4\0'; cat text; } >parquet
	{ printf 'PK\3\4\x14\0'; cat text; } >zip
	{ printf 'SQLite format 3\0'; cat text; } >sqlite
	{ cat text; head -c 100 /dev/zero; } >nuls
}

refused_by_name() {
	local file
	data
	while IFS=: read -r file what; do
		exits 2 dedup "$file" >out 2>err
		[ ! -s out ]
		cat err
		grep -Fq "dedup: $file: not read: $what; try: " err
		exits 2 dedup -f text -o out "$file" 2>err
		[ ! -s out ]
		exits 2 dedup - <"$file" >out 2>err
		grep -Fq "dedup: standard input: not read: $what; " err
		# shellcheck disable=SC2002
		cat "$file" | exits 2 dedup 2>err
		grep -Fq "dedup: standard input: not read: $what; " err
	done <<-'EOF'
		utf16:UTF-16
		utf16le:UTF-16LE
		utf16be:UTF-16BE
		utf32le:UTF-32LE
		elf:ELF program or library
		bz2:bzip2 data
		pdf:PDF
		parquet:Parquet
		zip:zip archive, or an office document or book kept as one
		sqlite:SQLite database
		nuls:binary data (many NUL bytes)
	EOF
}
must 'UTF-16 and binary data are refused by name' refused_by_name

refused_alone() {
	data
	printf '%b' "$once" >want
	exits 2 dedup utf16 text zip 2>err | diff want -
	[ "$(grep -c ': not read: ' err)" -eq 2 ]
	# Nor does what they say make anything go.
	printf '%b' "$long\n\n$other\n" >plain
	exits 2 dedup nuls plain 2>/dev/null | diff plain -
	# Said once, however many readings there are.
	exits 2 dedup --keep=none utf16 plain 2>err | diff plain -
	[ "$(grep -c ': not read: ' err)" -eq 1 ]
}
must 'the files beside one that is refused go on' refused_alone

refused_in_place() {
	data
	mkdir keep
	cp -- * keep 2>/dev/null || true
	exits 2 dedup --in-place=.old utf16 utf16le elf pdf zip nuls text 2>err
	[ "$(grep -c ': not read: ' err)" -eq 6 ]
	printf '%b' "$once" | diff - text
	cmp text.old keep/text
	for file in utf16 utf16le elf pdf zip nuls; do
		cmp "$file" "keep/$file"
		[ ! -e "$file.old" ]
	done
	cp keep/text text
	exits 2 dedup --output-dir=to elf text nuls 2>/dev/null
	[ "$(ls to)" = text ]
	exits 2 dedup --in-place --max-removed=.9 elf text 2>/dev/null
	cmp elf keep/elf
}
must 'what is refused is not rewritten, and has no output' refused_in_place

refused_reference() {
	data
	exits 2 dedup --against=utf16 text >out 2>err
	[ ! -s out ]
	grep -Fq 'dedup: utf16: not read: UTF-16; ' err
}
must '--against: a reference that is no text is refused' refused_reference

refused_compressed() {
	has libz || skip 'built without zlib'
	data
	gzip -c elf >elf.gz
	exits 2 dedup elf.gz >out 2>err
	[ ! -s out ]
	grep -Fq 'dedup: elf.gz: not read: ELF program or library; ' err
	gzip -c text | gzip -c >twice.gz
	exits 2 dedup twice.gz 2>err
	grep -Fq 'dedup: twice.gz: not read: gzip data; ' err
}
must 'what is compressed is looked at decompressed' refused_compressed

read_as_text() {
	data
	for option in -a --text; do
		dedup $option nuls >got
		[ "$(grep -ac "$long" got)" -eq 1 ]
		[ "$(tr -cd '\0' <got | wc -c)" -eq 100 ]
		dedup $option <zip >got
		cmp zip got
	done
	exits 2 dedup --text-fiel 2>/dev/null	# an abbreviation, as before
}
must '--text reads binary data as text' read_as_text

few_nuls() {
	local text="a few \0000 NUL bytes \0000\n\n$long\n\nmore \0000\n"

	becomes "$text\n$long\n" "$text"
	# One in 100 bytes; and a record may hold any number.
	{ seq 3000; printf '%s\0a\0b\0\n' {1..40}; } >many
	dedup many | cmp many -
	printf '{"text":"%s\\u0000a\\u0000b\\u0000"}\n' {1..99} >records
	dedup records | cmp records -
}
must 'a few NUL bytes pass through' few_nuls
must 'a line of NUL bytes goes with no other' \
    becomes "$long\n\n$long\n\0000\0000\n" "$long\n\n\0000\0000\n"

long_heading() {
	local box='Have the news in your inbox\nEvery Friday, free\nSign up\n'

	becomes "$box\n$long\n\n$box" "$box\n$long\n"
	becomes "$box\n$long\n\n$box\n$other\n" "$box\n$long\n\n$other\n"
}
must 'a block that goes in several units goes whole' long_heading

properties() {
	"$python" "$tests/properties.py" --rounds="$(rounds 150)" "$DEDUP" \
	    "$fixtures"/*.in "$fixtures"/sample.txt
}
must 'any text: rebuilt, witnessed, from pipes the same' properties

records() {
	"$python" "$tests/records.py" --rounds="$(rounds 40)" "$DEDUP" "$fixtures"/*.in
}
must 'any records: only texts change, as those of files do' records

warc_records() {
	has libnettle || skip 'built without nettle'
	"$python" "$tests/warc_records.py" --rounds="$(rounds "$1")" \
	    "${@:2}" "$DEDUP"
}
must 'any WARC: texts go as those of JSONL do, lengths and digests are right' \
    warc_records 25
must 'any WARC: so they do where it is read in many pieces' \
    warc_records 1 --long

no_repeats() {
	seq 1 3000 | sed 's/.*/& first&  second& third& fourth&\n\nshort&/' >a
	dedup a | cmp a
}
must 'text without repeats stays, however long' no_repeats

is_deterministic() {
	local seed
	cat "$fixtures"/*.in >a
	dedup a >want
	for seed in '' '' --seed=0 --seed=1 --seed=18446744073709551615; do
		dedup ${seed:+"$seed"} a | cmp want
	done
	LC_ALL=C.UTF-8 dedup a | cmp want
	LC_ALL=tr_TR.UTF-8 dedup a | cmp want
}
must 'no seed, chance or locale changes the output' is_deterministic

# XXH3_64bits() of the words, each with a space after it, is 56e2baa6a7422d10
# for both: found by search, as anybody can.
collision() {
	stays 'pcgh nkm oeb mpc mig\n\nolmp one kkl lem kog\n' "$@"
}
must 'texts that collide under unkeyed XXH3_64 are both kept' collision
must 'and so they are with -x' collision -x
must 'and with -x and a seed' collision -x --seed=0

# Streaming: what stands before is out while the input stays open.
streams() {
	local lead='cut off here is this line ...' line
	mkfifo in out
	dedup --json "$@" <in >out 2>stats &
	exec 3>in 4<out
	printf 'the first line of six words\n\n' >&3
	IFS= read -r -t 600 line <&4
	[ "$line" = 'the first line of six words' ]
	# What may be a lead waits, but not for ever, nor does half a block.
	printf '%s\n\nthe first line of six words\n\na block\n' "$lead" >&3
	IFS= read -r -t 600 line <&4
	[ "$line" = '' ]
	IFS= read -r -t 600 line <&4
	[ "$line" = "$lead" ]
	IFS= read -r -t 600 line <&4
	[ "$line" = '' ]
	IFS= read -r -t 600 line <&4
	[ "$line" = 'a block' ]
	# A lead that is completed before the pause goes.
	printf 'of two\n\nthis lead goes since it is …\n\n' >&3
	printf 'this lead goes since it is completed\n' >&3
	exec 3>&-
	cat <&4 >rest
	wait $!
	printf 'of two\n\nthis lead goes since it is completed\n' | diff - rest
	not grep -q '"early":0,' stats
}
must 'lines leave while the input pauses' streams
must 'so they do with several threads' streams -T3

streams_records() {
	local line record='{"text":"the first line of six words"}'
	mkfifo in out
	dedup "$@" <in >out &
	exec 3>in 4<out
	echo "$record" >&3
	IFS= read -r -t 600 line <&4
	[ "$line" = "$record" ]
	echo "$record" >&3
	IFS= read -r -t 600 line <&4
	[ "$line" = '{"text":""}' ]
	exec 3>&-
	wait $!
}
must 'records leave one by one' streams_records -f jsonl
must 'so they do where the format is found out' streams_records
must 'so they do with several threads, too' streams_records -T3

# The rules, where they meet.

box='Have the news here\nHave the news here\nSign up\n'
repeats_are_named() {
	printf '%b' "Ada Brink\nADA BRINK\n\nAda Brink\n" >a
	printf '%b' "\n$box\n$long\n\n$box" >>a
	cat >want <<-END
		  Ada Brink
		- ADA BRINK
		    repeats line 1
		- Ada Brink
		    repeats line 1
		  
		  Have the news here
		- Have the news here
		    repeats line 6
		  Sign up
		  
		  $long
		- Have the news here
		    same as line 6
		- Have the news here
		    same as line 6
		- Sign up
		    same as line 6
	END
	dedup --diff a | diff want -
	dedup --log=log a >out
	"$python" "$tests/rebuild.py" out log a | cmp - a
	"$python" - <<-'END'
		import json
		rows = [json.loads(line) for line in open("log")]
		assert [(r["line"], r["reason"], r["witness"]["line"])
		        for r in rows] == [
		    (2, "repeat", 1), (4, "repeat", 1), (7, "repeat", 6),
		    (12, "exact", 6), (13, "exact", 6), (14, "exact", 6)], rows
	END
}
must 'a repeat names the first line of its kind, and goes with its run' \
    repeats_are_named
must 'a repeat is of what stands directly before it in the input' \
    stays "Ada Brink\n\n$long\n\nAda Brink\n"
must 'and so it is where what stands between them goes' \
    becomes "$long\n\nAda Brink\n\n$long\n\nAda Brink\n" \
    "$long\n\nAda Brink\n\nAda Brink\n"

lead='Alpha beta gamma delta epsilon ...'
tail='Alpha beta gamma delta epsilon zeta eta theta iota kappa.'
lead_names() {	# LINE
	dedup --log=log a | diff want -
	grep -Fq '"reason":"lead","similarity":1.0000,"witness":{"file":"a",'\
'"document":"a","line":'"$1," log
}
completed_by_a_copy() {
	printf '%b' "$whole\n\n$other\n\n$lead\n\n$whole\n" >a
	printf '%b' "$whole\n\n$other\n" >want
	lead_names 1
	# The first lead goes, too, for the text behind it.
	printf '%b' "$lead\n\n$whole\n\n$other\n\n$lead\n\n$whole\n" >a
	dedup a | diff want -
}
must 'a lead goes where its text goes as a copy, and names what stays' \
    completed_by_a_copy
must 'and where its text goes as said by another one' \
    becomes "$whole\n\n$other\n\n$lead\n\n$tail\n" "$whole\n\n$other\n"
must 'a lead whose text goes as boilerplate stays' becomes \
    "$lead\n\n$tail\n%%\n$tail\n" "$lead\n%%\n" -b2 --document-separator=%%
said_soon_after() {
	printf '%b' "$part\n\n$other\n\nPhoto: $whole\n" >a
	printf '%b' "$other\n\nPhoto: $whole\n" >want
	lead_names 5
	# By the next unit or the one after it, and not with -x.
	printf '%b' "$part\n\n$other\n\n$long\n\n$whole\n" >a
	dedup a | cmp - a
	dedup a <(sed 1,4d a) | cmp - a
	sed 3,4d a >b
	dedup b | cmp - <(sed 1,2d b)
	dedup -x b | cmp - b
	# A cut-off lead by one of the next eight.
	echo "$lead" >a
	for i in {1..8}; do
		printf '\n%s\n' "Line $i of what has nothing to do with it."
	done >>a
	printf '\n%s\n' "$whole" >>a
	dedup -x a | cmp - a
	sed -i 3,4d a
	dedup -x a | cmp - <(sed 1,2d a)
}
must 'what is said in full soon after goes, and the full text stays' \
    said_soon_after

code='```\nlet first = open(name, "r");\nlet other = read(first, 100);\n'
code+='let last = join(first, other, third, fourth);\n```\n'
must 'a listing goes as a whole, and only as an exact copy' becomes \
    "$code\n${code/100/200}\n${code/other/another}\n$code" \
    "$code\n${code/100/200}\n${code/other/another}" -t 0.5 --contained
must 'a line of a listing is not judged by itself' \
    stays "let first = open(name, \"r\");\n\n$code"
must 'a fence holds over blank lines' stays \
    '```\nRun the first of five steps\n\nRun the first of five steps\n```\n'

wrapped='Put the jam jar under the spring and write down each morning how
long it took to fill it, since the people of the village have begun
to plant beans in its bed.'
must 'lines that were wrapped stay with the block that they are in' stays \
    "Notes\n$wrapped\n- A point\n\nMore notes\n$wrapped\n- Another point\n"
rest=${wrapped#*$'\n'}
must 'a line of them is no copy, nor is it judged by itself' stays \
    "$wrapped\n\nTo begin with\n$rest\n\n${rest%$'\n'*}\n"
must 'wrapped another way they say the same' becomes \
    "$wrapped\n\n$(fold -s -w 50 <<<"$wrapped")\n" "$wrapped\n"

# A text in its company.

line='A heron waited on the pier until the last boat was in.'
must 'a line of twice as many words as -m stands alone in its block' becomes \
    "$line\n\nThe pier\n$line\nThe end\n" "$line\n\nThe pier\nThe end\n"
must 'a shorter one goes with its block only' \
    stays "$long\n\nThe pier\n$long\nThe end\n"
must 'and with a smaller -m it stands alone' becomes \
    "$long\n\nThe pier\n$long\nThe end\n" "$long\n\nThe pier\nThe end\n" -m 3
must 'a line that a colon announces stays, and so does one that goes on' stays \
    "$line\n\n$long\n\n$other\n\nWhat we saw:\n$line\n
On that day,\n${line/A/a}\nIt rained.\n"
must 'a step of a numbered list stays' \
    stays "1. $line\n2. Go home\n\n1. $line\n2. Stay\n"
must 'a document without blank lines is a list, of lines of -m words' becomes \
    "$long\nyes\n$other\n$long\nno\n" "$long\nyes\n$other\nno\n"
must 'a headline goes only as an exact copy' becomes \
    "${whole%mu.} - The Site\n\n${part%.}\n\n$other\n\n${part%.}\n" \
    "${whole%mu.} - The Site\n\n${part%.}\n\n$other\n"
must 'a heading goes with what it heads' becomes \
    "Pier\n\n$line\n\nBoats\n\n$whole\n\nPier\n\n$line\n\nPier\n\n$whole\n" \
    "Pier\n\n$line\n\nBoats\n\n$whole\n\nPier\n"
heading_is_named() {
	printf '%b' "Pier\n\n$line\n\n$whole\n\nPIER\n\n$line\n" >a
	dedup --log=log a >out
	grep -Fq '"reason":"heading","similarity":1.0000,"witness":{"file":"a",'\
'"document":"a","line":1,' log
	"$python" "$tests/rebuild.py" out log a | cmp - a
	dedup --diff a | grep -A 1 -Fx -- '- PIER' | grep -q 'line 1$'
}
must '--log and --diff tell of headings' heading_is_named
rule_behind_repeats() {
	printf '%b' "$line\nThe pier\n\n$line\nThe pier\nThe pier\n**\n" >a
	dedup -u line --log=log a >out
	grep -F '"line":7,' log |
	    grep -Fq '"witness":{"file":"a","document":"a","line":2,'
}
must 'a rule behind repeats of what went names what stays' rule_behind_repeats
must 'with no copy kept, a text that stays keeps its heading' becomes \
    "Pier\n\n$whole\n\n$other\n\nPier\n\n$part\n" \
    "Pier\n\n$whole\n\n$other\n" --keep=none
must 'with no copy kept, a heading that is said twice goes each time' becomes \
    "The pier\nThe pier\n$line\n\n$other\n\nThe pier\n$line\n" "$other\n" \
    --keep=none -u line
must 'with the last copy kept, a line without words is no copy' becomes \
    "$line\n\n$line\n**" "$line\n**" -x --keep=last
must 'with the last copy kept, a heading between two copies stays' becomes \
    "$line\n96\n$other\n$line\n96\n$other\n$other\n" "$line\n96\n$other\n" \
    -x -u line --keep=last
must 'what stays without words parts a heading from what it is behind' becomes \
    "$line\nPier\n\n$line\n\0001\nPier\n" "$line\nPier\n\n\0001\nPier\n" -u line
must 'what is too short to be near is not similar either' stays \
    "${long% six.} six seven.\n\nAnd ${long% six.} six seven.\n" -t .8 --contained
must 'what became of an earlier text does not matter' becomes \
    "$whole And then some.\n\n$other\n\n$whole\n\n$long\n\n$tail\n" \
    "$whole And then some.\n\n$other\n\n$long\n"
must 'signs and numbers are what is said' stays \
    "The gauge fell by -5 in June.\n\nThe gauge fell by 5 in June.\n
The gauge fell by 5% in June.\n\nThe gauge fell by 1,215 in June.\n
The gauge fell by 215 in June.\n\nThe gauge fell by 2.15 in June.\n"
must 'an operator counts before a quote, too' stays \
    "Accept it if the name = \"root\" here.\n
Accept it if the name != \"root\" here.\n\nAccept it if the name \"root\" here.\n"

# Options.  Each of --help is in this file: see the test at the end.

must '-m, --min-words: a shorter unit is compared' \
    changes "hello world\n\n$long\n\nhello world\n" \
    "hello world\n\n$long\n\nhello world\n" "hello world\n\n$long\n" -m 2
must '--min-words: a unit of fewer words is not' \
    changes "$twice" "$once" "$twice" --min-words=7
must 'what one unit says all of goes, what is only like it stays' \
    becomes "$whole\n\n$part\n\n$variant\n" "$whole\n\n$variant\n"
must '-x, --exact: near-duplicates stay' \
    changes "$whole\n\n$part\n\n$whole\n" "$whole\n" \
    "$whole\n\n$part\n" -x
must '--exact is -x' \
    changes "$whole\n\n$part\n" "$whole\n" "$whole\n\n$part\n" --exact
must '-t, --threshold: what is so much alike goes, too' \
    changes "$whole\n\n$variant\n" "$whole\n\n$variant\n" "$whole\n" -t 0.9
must '-t: what is less alike stays' \
    stays "$whole\n\n$variant\n" -t 0.95
must '-t: and what one unit says all of goes, however high it is' \
    becomes "$whole\n\n$part\n" "$whole\n" -t 1
must '--threshold is -t, and its bound is part of it' \
    becomes "$whole\n\n$variant\n" "$whole\n" --threshold=.9166
must '-t: numbers are facts' stays "The storm of March killed 96 people here.\n
The storm of March killed 98 people here.\n" -t 0.5

ngram() {
	becomes "$whole\n\n$variant\n" "$whole\n" -t 0.9
	stays "$whole\n\n$variant\n" -t 0.9 "$@"
}
must '-n, --ngram: no shingle of so many words in common' ngram -n 8
must '--ngram is -n' ngram --ngram=7
must '--fold-digits: numbers are equal' \
    changes "liked by 1,204 people today\n\nliked by 7 people today\n" \
    "liked by 1,204 people today\n\nliked by 7 people today\n" \
    "liked by 1,204 people today\n" --fold-digits
must '--contained: what a longer unit says goes' \
    changes "$long and $other\n\n$other\n" "$long and $other\n\n$other\n" \
    "$long and $other\n" --contained
must '--contained: what it says in other words stays' \
    stays "$long and $other\n\nThree four five seven eight nine.\n" --contained
must '-u line: every line is a unit' changes \
    'Home\nNews of the day here\nand of the night\n\nNews of the day here\n' \
    'Home\nNews of the day here\nand of the night\n\nNews of the day here\n' \
    'Home\nNews of the day here\nand of the night\n' -u line
must '--unit=line: lines of hard-wrapped text, too' changes \
    "$(head -n 7 "$fixtures/wrapped.in")\n" \
    "$(head -n 7 "$fixtures/wrapped.in")\n" \
    "$(head -n 7 "$fixtures/wrapped.in" | sed 6d)\n" --unit=line
must '-u paragraph: a block is a unit' changes \
    "$whole\n$other\n\n$whole\nand so on\n\n$whole\n$other\n" \
    "$whole\n$other\n\nand so on\n" \
    "$whole\n$other\n\n$whole\nand so on\n" -u paragraph

whole_documents() {
	printf '%b' "$twice" >a
	printf '%b' "$other\n\n$long\n\n$long\n" >b
	cp a c
	dedup a b c | diff <(printf '%b' "$once") -
	dedup -u document a b c | diff <(cat a b) -
}
must '-u document: a document is a unit' whole_documents

scopes() {
	printf '%b' "$twice" >a
	printf '%b' "$other\n\n$other\n" >b
	dedup a b | diff <(printf '%b' "$once") -
	dedup --scope=document a b |
	    diff <(printf '%b' "$once$other\n") -
	dedup --scope=all a b | diff <(printf '%b' "$once") -
}
must '--scope: copies are looked for in the document alone' scopes

separators() {
	local text="$whole\n---\n$whole\n---\n\n$other\n"
	changes "$text" "$whole\n---\n---\n\n$other\n" "$text" \
	    --scope=document --document-separator=---
	# Without --scope it separates what look-ahead may see.
	text='Cut off here is this line ...\nNext\nCut off here is this line no'
	changes "$text more\n" 'Next\nCut off here is this line no more\n' \
	    "$text more\n" --document-separator=Next
}
must '--document-separator: sections are documents' separators
must '--document-separator: its line stays, with CR LF and at the end' \
    becomes "$long\r\n%%\r\n$long\r\n%%\r\n$long\n%%" \
    "$long\r\n%%\r\n%%\r\n%%" --document-separator=%%
must '--document-separator: part of a line is none' \
    stays "a %%\n%% b\n%%%\ncut off here is this line ...\n%" \
    --document-separator=%%

# Searched again from each place it took over half a minute: see bench_separator.sh.
separator_within() {
	local separator
	separator=$(head -c 100000 /dev/zero | tr '\0' a)
	head -c 16000000 /dev/zero | tr '\0' a >line
	dedup --document-separator="$separator" line | cmp line -
}
form_feeds() {
	printf 'first page\n\fsecond\n\f\fafter an empty one\n\f\nown line\r\n\f\r\nmid\fline\n\f' \
	    >a
	"$python" - <<-'END' >want
		import json
		for i, text in enumerate(["first page\n", "second\n", "",
		        "after an empty one\n", "own line\r\n", "mid\fline\n",
		        ""]):
		    print(json.dumps({"id": f"-#{i + 1}", "text": text,
		                      "dedup": []}, separators=(",", ":")))
	END
	dedup --document-separator=$'\f' a | cmp - a
	dedup --document-separator=$'\f' --annotate=jsonl <a | cmp - want
	# Byte by byte.
	"$python" -c 'import sys, time
for c in open("a", "rb").read():
    sys.stdout.buffer.write(bytes([c])); sys.stdout.flush(); time.sleep(.01)' |
	    dedup --document-separator=$'\f' --annotate=jsonl | cmp - want
	# As pdftotext writes it.
	printf '%b' "A head of it\n\n$long\n\fA head of it\n\n$other\n\fA head of it\n\n$whole\n\f" >b
	dedup -b 3 --document-separator=$'\f' --log=log b |
	    cmp - <(printf '%b' "$long\n\f$other\n\f$whole\n\f")
	grep -q '"document":"b#3","line":7,"offset":[0-9]*,"length":13,' log
}
must '--document-separator: a form feed begins the first line of a page' \
    form_feeds
must '--document-separator: many within a line are none' \
    separator_within

logs_parts() {
	printf '%b' "$long\n%%\n\n$long\n" >a
	dedup --document-separator=%% --log=log a >/dev/null
	grep -Fq '"document":"a#2","line":4,"offset":33,' log
	grep -Fq '"witness":{"file":"a","document":"a#1","line":1,' log
}
must '--log: a section is FILE#N, its place that in the file' logs_parts

keeps_none() {	# HOW
	local want="$other\n\nhello world\n"
	printf '%b' "$long\n\n$other\n\n$long\n\nhello world\n\n$long\n" >a
	printf '%b' "$long\n\n$want" >b
	printf '%b' "$want" >c
	case $1 in
	file) dedup --keep=none a | diff c - ;;
	redirected) dedup --keep=none <a | diff c - ;;
	pipe)
		mkdir spool
		# shellcheck disable=SC2002
		cat a | TMPDIR=$PWD/spool dedup --keep=none | diff c -
		rmdir spool ;;
	first) dedup --keep=first a | diff b - ;;
	check) exits 1 dedup --keep=none --check a ;;
	esac
}
must '--keep=none: every copy goes' keeps_none file
must '--keep=none: and so from redirected input' keeps_none redirected
must '--keep=none: a pipe is spooled and nothing left behind' keeps_none pipe
must '--keep=first: one stays' keeps_none first
must '--keep=none --check sees copies' keeps_none check

keeps_none_of_records() {
	printf '%s\n' '{"text":"a b c d e f"}' '{"text":"g h i j k"}' \
	    '{"text":"a b c d e f"}' >a.jsonl
	printf '%s\n' '{"text":""}' '{"text":"g h i j k"}' '{"text":""}' |
	    diff - <(dedup --keep=none a.jsonl)
}
must '--keep=none: of records, too' keeps_none_of_records

cannot_spool() {
	export TMPDIR=$PWD/missing
	: | exits 2 dedup --keep=none >out 2>err
	grep -q '^dedup: standard input: cannot copy to \$TMPDIR: No such' err
	printf '%b' "$twice" >a
	dedup --keep=none a
}
must '--keep=none: no $TMPDIR is an error, for a pipe only' cannot_spool

told_once() {
	printf '%b' "$twice" >a
	gzip -c a | head -c 40 >b.gz
	exits 2 dedup --keep=none missing b.gz 2>err >out
	[ "$(wc -l <err)" -eq 2 ]
	printf '{"a":1}\n{"a":2}\n' >c.jsonl
	exits 2 dedup --keep=none c.jsonl 2>err | diff c.jsonl -
	[ "$(wc -l <err)" -eq 1 ]
	exits 2 dedup --top=1 c.jsonl 2>err
	[ "$(wc -l <err)" -eq 1 ]
	exits 2 dedup --against=c.jsonl a 2>err
	[ "$(wc -l <err)" -eq 1 ]
}
must '--keep=none: what is wrong with a file is told once' told_once

must '-d, --repeated: what would go is printed' \
    changes "$twice" "$once" "\n$long\n" -d
must '--repeated is -d' becomes "$twice" "\n$long\n" --repeated

repeated_records() {
	dedup -d "$fixtures/records.jsonl" >got
	[ "$(wc -l <got)" -eq 4 ]
	"$python" -c 'import json; [json.loads(l) for l in open("got")]'
	grep -Fq '{"text":"THE FERRY TO SANDWICK' got
}
must '-d: records with the text that would go' repeated_records

checks() {
	printf '%b' "$twice" >a
	printf '%b' "$once" >b
	{
		exits 1 dedup --check a
		dedup --check b
		exits 1 dedup --check b a
		exits 2 dedup --check a missing 2>err
	} >out
	[ ! -s out ]
}
must '--check: prints nothing; 1 where something would go, 2 in trouble' checks

outputs() {
	printf '%b' "$twice" >a
	echo 'something longer than what is to be written, and then some more' \
	    >b
	cat b b b >c
	dedup -o c a >out
	printf '%b' "$once" | diff - c
	dedup --output=new a >>out
	diff c new
	[ ! -s out ]
	dedup -o - a | diff c -
}
must '-o, --output: into a file, which is replaced' outputs

table_of_counts() {
	printf '%b' "$twice" >a
	printf '%b' "$once" >b
	dedup -q -b 2 --save=t a b >out
	printf '%b' "$long\n\n$whole\n" | dedup -b 2 --load=t >out 2>err
	[ ! -s err ]
	diff out <(echo "$whole")
	dedup --save=e /dev/null
	dedup --load=e a 2>err >out
	grep -Fqx 'dedup: e: the table is empty' err
}
must '--load: a table of counts alone is not empty' table_of_counts

input_for_two() {
	echo a >list
	printf '%b' "$twice" >a
	for options in '--against=- -' '--against=-' '--files-from=- -' \
	    '--files0-from=- --files-from=-' '--files-from=- --against=-'; do
		# shellcheck disable=SC2086	# they are several
		exits 2 dedup $options <list >out 2>err
		grep -Fqx "dedup: standard input: cannot read: it is wanted\
 twice" err
		[ ! -s out ]
	done
	dedup --files-from=- <list | cmp - <(dedup a)
	dedup --against=- a <list | cmp - <(dedup a)
}
must 'standard input for two purposes is refused' input_for_two

reference_is_not_counted() {
	printf '%b' "$long\n\n$other\n\n$whole\n" >ref
	printf '%b' "$long\n\n$other\n" >a
	dedup --against=ref -s a 2>err >out
	[ ! -s out ]
	grep -qx 'documents   1' err
	grep -qx 'units       2' err
	grep -qx "bytes       $(wc -c <a)" err
	grep -qx 'dedup: 100.0 % of the text was removed' err
	exits 2 dedup --against=ref --max-removed=0.9 a >out 2>err
}
several_references() {
	local against options
	for n in 1 2 3 4; do
		printf 'alpha beta gamma delta epsilon %s\n\n' "$n" >"r$n"
	done
	cat r1 r2 r3 r4 >a
	dedup --save=r2.t r2 >/dev/null
	# Texts and tables in any order.
	for against in 'r1 r2.t r3' 'r2.t r1 r3' 'r3 r1 r2.t r3' 'r3 r2 r1'; do
		read -ra options <<<"$against"
		options=("${options[@]/#/--against=}")
		dedup "${options[@]}" a | cmp - r4
		dedup -T2 -b2 "${options[@]}" --log=log a | cmp - r4
		[ "$(grep -c '"reason":"listed"' log)" -eq 3 ]
		grep -q '"witness":{"file":"r1","document":"r1","line":1,' log
		grep -q '"witness":{"file":"r3","document":"r3","line":1,' log
	done
	exits 2 dedup --against=r1 --against=missing a >out 2>err
	[ ! -s out ]
	exits 2 dedup --against=r1 --against=r2 -o r2 a 2>err
	grep -qx 'dedup: r2: cannot write: it is read, too' err
}
must '--against: all count that are given' several_references

# Of each option with an argument, given again with another: refused by name.
given_twice() {
	local name again n=0
	while read -r name; do
		case $name in
		completion) continue ;;	# it acts at once
		load | against | against-field | files-from) again=0 ;;
		*) again=1 ;;
		esac
		n=$((n + 1))
		"$DEDUP" "--$name=1" "--$name=2" --check <<<'' >out 2>err ||
		    true
		[ "$(grep -c 'given twice' err)" -eq "$again" ] ||
		    grep -q "^dedup: --$name: 1: not " err || {
			echo "--$name"
			return 1
		}
		"$DEDUP" "--$name=1" "--$name=1" --check <<<'' >out 2>err ||
		    true
		not grep -q 'given twice' err
	done < <(dedup --help |
	    sed -n 's/^ .*--\([a-z0-9-]*\)\[\{0,1\}=.*/\1/p')
	[ "$n" -gt 25 ]
	exits 2 dedup -o one -o two 2>err
	grep -Fqx "dedup: --output: given twice, as 'one' and as 'two'" err
	exits 2 dedup -m5 --min-words=7 2>err
	grep -Fqx "dedup: --min-words: given twice, as '5' and as '7'" err
	exits 2 dedup --in-place --in-place=.b 2>err
	grep -Fqx "dedup: --in-place: given twice, as '' and as '.b'" err
	dedup -q -q -s -s -s </dev/null 2>/dev/null
}
must 'an option that is given twice overrides nothing in silence' given_twice

must '--against: what it names is in no count and no share' \
    reference_is_not_counted

# OPTIONS, of which the last two would write to the same file, or one read it.
table_elsewhere() {	# WHY OPTION...
	printf '%b' "$twice" >a
	printf '%b' "$once" >text
	dedup --save=t a >/dev/null
	cp t was
	exits 2 dedup "${@:2}" a >got 2>err
	cat err
	grep -Fqx "dedup: t: cannot write: $1" err
	cmp was t
	[ ! -s got ]
}
must '--load and -o: one file is refused' table_elsewhere \
    'it is read, too' --load=t -o t
must '--against and --log: one file is refused' table_elsewhere \
    'it is read, too' --against=t --log=t
must '--update and -o: one file is refused' table_elsewhere \
    'it is the output too' --update=t -o t
must '--save and --log: one file is refused' table_elsewhere \
    'it is the log too' --save=t --log=t
must '--save and --update: one file is refused' table_elsewhere \
    'it is the table of --update, too' --save=t --update=t
must '--save and --against: one file is refused' table_elsewhere \
    "it is the reference too" --save=t --against=t

output_is_input() {	# OPTION
	printf '%b' "$twice" >a
	cp a copy
	ln a hard
	ln -s a soft
	for name in a ./a hard soft; do
		exits 2 dedup "$1$name" a >out 2>err
		grep -Fqx "dedup: $name: cannot write: it is an input file too" \
		    err
		cmp a copy
		exits 2 dedup "$1$name" copy a 2>err >out
		exits 2 dedup "$1$name" <a 2>err >out
		cmp a copy
	done
}
# shellcheck disable=SC2094	# that is what is refused
own_output() {
	printf '%b' "$twice" >a
	cp a copy
	exits 2 dedup --annotate=text a >>a 2>err
	grep -Fqx "dedup: standard output: cannot write: it is an input file\
 too" err
	exits 2 dedup <a >>a 2>err
	cmp a copy
	exits 1 dedup --check a >>a
}
must 'standard output that is an input is refused' own_output
must '--save: an input is refused and intact' output_is_input --save=
must '-o: an input is refused and intact' output_is_input --output=
must '--log: an input is refused and intact' output_is_input --log=

output_is_log() {
	printf '%b' "$twice" >a
	exits 2 dedup --output=b --log=b a 2>err
	[ -s err ]
}
must '-o and --log cannot be one file' output_is_log

# JSONL.

must '-f jsonl, --format=jsonl: records' changes \
    '\n{"text":"a b c d e f"}\n\n{"text":"a b c d e f"}\n' \
    '\n{"text":"a b c d e f"}\n' \
    '\n{"text":"a b c d e f"}\n\n{"text":""}\n' --format=jsonl
must '-f text: records are lines like others' changes \
    '{"text":"a b c d e f"}\n\n{"text":"a b c d e f"}\n' \
    '{"text":"a b c d e f"}\n\n{"text":""}\n' '{"text":"a b c d e f"}\n' -f text
must 'the format is found out: no object, no records' \
    becomes '["text a b c d"]\n\n["text a b c d"]\n' '["text a b c d"]\n'
must 'the format is found out: no text, no records' \
    becomes '{"a":"text b c d e"}\n\n{"a":"text b c d e"}\n' \
    '{"a":"text b c d e"}\n'
must 'the format is found out: one record without a newline' \
    stays '{"text":"one two three four five six\\n"}'

formats_by_name() {
	printf '\n{"text":"a b c d e f"}\n\n{"text":"a b c d e f"}\n' >a
	cp a a.jsonl
	cp a a.ndjson
	dedup a.jsonl >jsonl
	grep -Fqx '{"text":""}' jsonl
	dedup a.ndjson | diff jsonl -
	dedup -f text a.jsonl | diff <(head -n 2 a) -
}
must 'the format is found out: by the name of the file' formats_by_name

must '--text-field: another field' changes \
    '{"text":"x","body":"a b c d e"}\n{"text":"y","body":"a b c d e"}\n' \
    '{"text":"x","body":"a b c d e"}\n{"text":"y","body":"a b c d e"}\n' \
    '{"text":"x","body":"a b c d e"}\n{"text":"y","body":""}\n' \
    --text-field=body
must '--text-field: a dotted path' becomes \
    '{"a":{"b":"a b c d e"},"a.b":"n"}\n{"x":0,"a":{"c":1,"b":"a b c d e"}}\n' \
    '{"a":{"b":"a b c d e"},"a.b":"n"}\n{"x":0,"a":{"c":1,"b":""}}\n' \
    --text-field=a.b

ids() {
	printf '%s\n' '{"text":"a b c d e","id":"x","n":{"m":7}}' \
	    '{"text":"a b c d e","id":"\u00e9\"","n":{"m":-8}}' >a.jsonl
	dedup --log=log a.jsonl >/dev/null
	grep -Fq '"document":"é\"","record":2,"line":1,"offset":0,' log
	grep -Fq '"witness":{"file":"a.jsonl","document":"x","record":1,' log
	dedup --log=log --id-field=n.m a.jsonl >/dev/null
	grep -Fq '"document":"-8"' log
	dedup --log=log --id-field=none a.jsonl >/dev/null
	grep -Fq '"document":"a.jsonl:2"' log
}
must '--id-field: names the record in logs, else FILE:LINE does' ids

must 'records: escapes are understood, and stay in what stays' becomes \
    '{"text":"caf\\u00e9 au lait for two\\n\\n\\u0041 \\/ b c d e"}
{"text":"café au lait for two\\n\\n\\ud83d\\udea2 x y z w"}
' '{"text":"caf\\u00e9 au lait for two\\n\\n\\u0041 \\/ b c d e"}
{"text":"\\ud83d\\udea2 x y z w"}
' -f jsonl
must 'records: lone surrogates stay as they are' becomes \
    '{"text":"\\ud83d a b c d e\\n\\n\\udea2 x\\n\\n\\ud83d, A b c d e"}\n' \
    '{"text":"\\ud83d a b c d e\\n\\n\\udea2 x\\n"}\n'
must 'records: of equal keys the last holds, and all stay' becomes \
    '{"text":"a b c d e","text":"v w x y z"}
{"text":"a b c d e","text":"v w x y z"}
' '{"text":"a b c d e","text":"v w x y z"}
{"text":"a b c d e","text":""}
'
must 'records: a byte-order mark, blank lines, CR LF, no last newline' becomes \
    '\xef\xbb\xbf{"text":"a b c d e"}\r\n\r\n \t\n{"text":"a b c d e"}\r\n{}' \
    '\xef\xbb\xbf{"text":"a b c d e"}\r\n\r\n \t\n{"text":""}\r\n{}' -f jsonl
must 'records: bytes that are not UTF-8 pass' becomes \
    '{"x":"\xff","text":"a b c d e \xe9"}\n{"text":"a b c d e,\xe9"}\n' \
    '{"x":"\xff","text":"a b c d e \xe9"}\n{"text":""}\n'
must 'a byte that is not UTF-8 is a letter of its own' stays \
    'M\xe4dchen f\xe4hrt in die Stadt\nM\xf6dchen f\xf6hrt in die Stadt\n'
must 'records: a field that is no string, or missing, passes' stays \
    '{"text":"a b c d e"}\n{"text":null}\n{"text":["a b c d e"]}\n{"x":1}\n'

bad_records() {
	printf '%s\n' '{"text":"a b c d e"}' 'a b c d e' '{"text":"a b c d' \
	    '{"text":"a b c d e"} 7' '{"text":"a b c d e",}' '' \
	    '{"text":"\x"}' '{"text":"a b c d e"}' >a.jsonl
	exits 2 dedup -s a.jsonl >out 2>err
	sed '8s/:".*"/:""/' a.jsonl | diff - out
	cat err
	for line in 2 3 4 5 7; do
		grep -q "^dedup: a.jsonl:$line: [a-z]" err
	done
	[ "$(grep -c ^dedup: err)" -eq 5 ]
	grep -qx 'bad records 5' err
	exits 2 dedup <a.jsonl 2>&1 >/dev/null |
	    grep -q '^dedup: standard input:2: '
}
must 'records: bad ones pass, are counted, told of; exit 2' bad_records

many_bad_records() {
	(echo '{"text":"a"}'; yes no | head -n 500) >a.jsonl
	exits 2 dedup a.jsonl >out 2>err
	cmp a.jsonl out
	[ "$(wc -l <err)" -eq 101 ]
	tail -n 1 err | grep -qx 'dedup: a.jsonl: 400 more bad records'
}
must 'records: a hundred bad ones are told of, of the others the number' \
    many_bad_records

no_text() {	# RECORDS
	yes '{"body":"a b c d e"}' | head -n "$1" >a.jsonl
	exits 2 dedup a.jsonl 2>err >out
	cat err
	grep -q '^dedup: a.jsonl: no text in the first [0-9]* records: ' err
	grep -q '"text"' err
}
must 'records: none with a text is an error' no_text 3
must 'records: a thousand without a text is an error' no_text 1000000

late_text() {
	(yes '{}' | head -n 999; echo '{"text":"a"}') >a.jsonl
	dedup a.jsonl | cmp a.jsonl
	: >b.jsonl
	dedup b.jsonl
}
must 'records: a text in the thousandth is none, nor is an empty file' late_text

# WARC.

# A record of the type, of a text as printf's %b takes it; more fields.
warc() {	# TYPE TEXT [FIELD]...
	local text field
	text=$(printf '%b.' "$2")
	text=${text%.}
	printf 'WARC/1.0\r\nWARC-Type: %s\r\n' "$1"
	for field in "${@:3}"; do
		printf '%s\r\n' "$field"
	done
	printf 'Content-Length: %d\r\n\r\n%s\r\n\r\n' "${#text}" "$text"
}

warc_formats() {
	(warc warcinfo ''; warc conversion "$twice") >a
	(warc warcinfo ''; warc conversion "$once") >b
	dedup a | cmp - b
	dedup <a | cmp - b
	dedup -f warc a | cmp - b
	dedup --format=warc - <a | cmp - b
	# As text, the record's length stays what it was.
	dedup -f text a >got
	grep -q "^Content-Length: $(printf '%b' "$twice" | wc -c)" got
	[ "$(grep -c "$long" got)" -eq 1 ]
	dedup --document-separator=x a | cmp - got
	if has libz; then
		gzip <a >c
		dedup c | cmp - b
	fi
}
must '-f warc: found out by how it begins, compressed or not' warc_formats

warc_by_name() {
	(echo; warc conversion "$twice") >a
	(echo; warc conversion "$once") >b
	dedup a >text
	not cmp text b
	for name in a.warc a.wet a.wat a.warc.wet.gz a.warc.gz a.wet.xz; do
		case $name in
		*.gz) has libz || continue; gzip <a >$name ;;
		*.xz)
			has liblzma || continue
			command -v xz >/dev/null || continue
			xz <a >$name
			;;
		*) cp a $name ;;
		esac
		exits 2 dedup $name >got 2>err
		cmp got b
		grep -qx "dedup: $name: record at byte 0: not a WARC record" \
		    err
	done
}
must 'the format is found out: WARC by the name of the file' warc_by_name

marks_backslash() {
	cat >a <<-'END'
		{"text":"one two three four five six\\n"}
		{"text":"one two three four five six\\n"}
		{"text":"one two three four five six n\\\r\n"}
	END
	dedup -f jsonl --annotate=text a | tail -n 2 | diff - <(cat <<-'END'
		{"text":"<dup reason=\"exact\" similarity=\"1.0000\" witness=\"a:1:1\">one two three four five six\\n</dup>"}
		{"text":"<dup reason=\"exact\" similarity=\"1.0000\" witness=\"a:1:1\">one two three four five six n\\</dup>\r\n"}
	END
	)
}
must '--annotate=text: no mark stands within an escape' marks_backslash

spans() {
	cat >a <<-'END'
		{"id":1,"text":"One two three four five six."}
		{"id":2,"text":"é 😀 \ud83d\ude00 x \ud83d y \udc00\nOne two three four five six.\r\n日本"}
		{"id":3,"text":"caf\u0065\u0301 \u0000\t\n\nOne two three four five six."}
	END
	for how in jsonl dolma; do
		dedup -f jsonl --annotate=$how a >$how
	done
	"$python" - <<-'END'
		import json
		for a, b, want in zip(open("jsonl", encoding="utf-8"), open("dolma"),
		                      ("", "One two three four five six.\r\n",
		                       "One two three four five six.")):
		    a, b = json.loads(a), json.loads(b)
		    at = [(s["start"], s["end"]) for s in a["dedup"]]
		    assert "".join(a["text"][i:j] for i, j in at) == want, (a, at)
		    found = b["attributes"].get("dedup__exact", [])
		    assert [tuple(s[:2]) for s in found] == at, (b, at)
	END
}
must '--annotate: spans of JSONL are characters as Python counts them' spans

warc_too_long_to_drop() {
	has libnettle || skip 'built without nettle'
	"$python" - <<-'END' >a.warc
		text = "".join("line %d of a text that is long, line %d\n" % (i, i)
		               for i in range(450000))
		for more in "", "Three words stay\n\n":
		    body = more + text
		    print("WARC/1.0\r\nWARC-Type: conversion\r\n"
		          "WARC-Record-ID: <urn:x:%d>\r\nContent-Length: %d\r\n"
		          "\r\n%s\r\n\r" % (len(more), len(body), body))
	END
	dedup --min-doc-words=5 --log=log a.warc >got
	grep -qx 'Three words stay' got
	"$python" "$tests/rebuild.py" got log >again
	cmp <(tr -d '\r' <a.warc | grep -av ^Content-Length) \
	    <(tr -d '\r' <again | grep -av ^Content-Length)
}
must 'WARC: --min-doc-words: what is left of a long record is written' \
    warc_too_long_to_drop

jsonl_as_text() {
	printf '{"body":"%s"}\n' "$long" "$long" >a
	dedup <a >out 2>err
	grep -q '^dedup: standard input: reading as text: .*"text"' err
	{
		dedup -q <a
		dedup -f text a
		dedup --text-field=body a
		printf '{"a brace"}\n{\n' | dedup
	} 2>err >out
	[ ! -s err ]
}
must 'the format is found out: a JSON object without the text is told of' \
    jsonl_as_text

marks_escape() {
	printf '%b' "$long\n" >'a "b"<&>'
	printf '%b' "$long\n" | dedup --annotate=text 'a "b"<&>' - |
	    tail -n 1 >got
	grep -Fqx "<dup reason=\"exact\" similarity=\"1.0000\" witness=\"a\
 &#34;b&#34;&#60;&#38;&#62;:1\">$long</dup>" got
}
must '--annotate=text: names are escaped' marks_escape

warc_is_empty() {
	: >a.warc
	dedup a.warc >out 2>err
	dedup -f warc <a.warc >>out 2>>err
	: | dedup -f warc >>out 2>>err
	if has libz; then
		gzip <a.warc >a.warc.gz
		dedup a.warc.gz >>out 2>>err
	fi
	[ ! -s out ]
	[ ! -s err ]
}
must 'WARC: an empty file is one' warc_is_empty

lying_lengths() {
	has libnettle || skip 'built without nettle'
	exits 2 dedup -s --log=log "$fixtures/lengths.warc" >out 2>err
	cat err
	grep '^dedup: ' err | sed "s|.*/||" | diff - <(cat <<-'END'
		lengths.warc: record at byte 554: wrong Content-Length
		lengths.warc: record at byte 1677: wrong Content-Length
		lengths.warc: record at byte 2804: cut off, or its Content-Length is too large
	END
	)
	grep -qx 'documents   4' err
	grep -qx 'bad records 3' err
	"$python" "$tests/rebuild.py" out log | cmp - "$fixtures/lengths.warc"
	for threads in 1 2 4; do
		exits 2 dedup -T $threads - <"$fixtures/lengths.warc" \
		    >got 2>err
		cmp got out
	done
	# Each line that no record has is there as it was.
	for at in 554 1677 2804; do
		tail -c +$((at + 1)) "$fixtures/lengths.warc" |
		    awk 'NR > 1 && /^WARC/ { exit } { print }' >bad
		"$python" - <<-'END'
			assert open("bad", "rb").read() in open("out", "rb").read()
		END
	done
}
must 'WARC: after a length that lies it goes on at the next record' \
    lying_lengths

truncated_warc() {
	has libz || skip 'built without zlib'
	for i in 1 2 3 4; do
		warc conversion "$long\n\nnumber $i of these few texts\n" \
		    "WARC-Record-ID: <$i>" | gzip
	done >a.warc.gz
	dedup a.warc.gz >whole
	head -c -30 a.warc.gz >b.warc.gz
	exits 2 dedup b.warc.gz >out 2>err
	cat err
	grep -qx 'dedup: b.warc.gz: cannot read: truncated gzip data' err
	head -c "$(wc -c <out)" whole | cmp -n "$(wc -l <out)" out -
	grep -q 'number 3 of these' out
	exits 2 dedup <b.warc.gz 2>err | cmp - out
}
must 'WARC: of a file that is cut off all that was good is written' \
    truncated_warc

warc_logs() {
	(
		warc conversion "$long\n" 'WARC-Record-ID: <urn:a>' \
		    'WARC-Target-URI: http://a.example/"'
		warc conversion "$other\n\n$long\n" 'WARC-Target-URI: <u:b>'
		warc conversion "$other\n" 'WARC-Record-ID: c'
	) >a.warc
	dedup --log=log a.warc >out
	cat log
	grep -Fq '{"file":"a.warc","document":"a.warc@150","url":"u:b","record_at":150,"line":3,"offset":37,' log
	grep -Fq '"witness":{"file":"a.warc","document":"urn:a","url":"http://a.example/\"","record_at":0,"line":1,"offset":0}' log
	grep -Fq '{"file":"a.warc","document":"c","record_at":' log
	"$python" "$tests/rebuild.py" out log | cmp - a.warc
	cp a.warc b.warc
	dedup --log=log a.warc b.warc a.warc >out
	warc conversion "$once" 'WARC-Record-ID: d' >c.warc
	dedup -q --log=log b.warc c.warc a.warc >out
	"$python" "$tests/rebuild.py" out log b.warc c.warc a.warc |
	    cmp - <(cat b.warc c.warc a.warc)
}
must 'WARC: --log names ID and URL, or the place; it rebuilds the input' \
    warc_logs

warc_shows() {
	(
		warc warcinfo 'made: by hand\r\n'
		warc conversion "$long\n" 'WARC-Record-ID: <a>'
		warc conversion "$long\nand\n$other" 'WARC-Record-ID: <b>' \
		    'WARC-Target-URI: u:b'
	) >a
	cat >want <<-END
		--- a
		  $long
		--- b
		- $long
		    same as line 1 of a
		  and
		  $other
	END
	dedup --diff a | diff want -
	dedup -d a >got
	warc conversion "$long\n" 'WARC-Record-ID: <b>' \
	    'WARC-Target-URI: u:b' | diff - got
	exits 1 dedup --check a >got
	[ ! -s got ]
	(
		warc warcinfo 'made: by hand\r\n'
		warc conversion '' 'WARC-Record-ID: <a>'
		warc conversion "and\n$other" 'WARC-Record-ID: <b>' \
		    'WARC-Target-URI: u:b'
	) | diff -a - <(dedup --keep=none a)
	# shellcheck disable=SC2002
	cat a | dedup --keep=none | diff -a - <(dedup --keep=none a)
	dedup --json a 2>err >got
	grep -q '"records":3,"bad_records":0,"no_text":1,"oversize":0,' err
	dedup --annotate=jsonl a | diff - <(cat <<-END
		{"id":"a","text":"$long\\n","dedup":[]}
		{"id":"b","url":"u:b","text":"$long\\nand\\n$other","dedup":[{"start":0,"end":29,"reason":"exact","similarity":1.0000,"witness":{"file":"a","document":"a","record_at":72,"line":1,"offset":0}}]}
	END
	)
	dedup --annotate=text a >got
	grep -qx "<dup reason=\"exact\" similarity=\"1.0000\" witness=\"a:1\">$long</dup>" got
	dedup --annotate=text got >again 2>err	# its lengths are right
	[ ! -s err ]
}
must 'WARC: --diff, -d, --check, --keep=none, --json, --annotate' warc_shows

warc_members() {
	has libz || skip 'built without zlib'
	dedup --help | grep -q -e '--compress=' || skip 'no --compress'
	(
		warc warcinfo ''
		warc conversion "$twice"
		echo 'no record'
		warc conversion "$long\n"
		warc metadata "$long\n"
	) >a
	exits 2 dedup -T 1 a >b 2>err
	exits 2 dedup -T 1 --compress=gzip a >c.gz 2>err
	"$python" - <<-'END'
		import zlib
		data, members = open("c.gz", "rb").read(), []
		while data:
		    d = zlib.decompressobj(31)
		    members.append(d.decompress(data))
		    data = d.unused_data
		assert b"".join(members) == open("b", "rb").read()
		assert len(members) == 4, members
		assert all(m.startswith(b"WARC/") for m in members), members
	END
}
must 'WARC: where the output is compressed each record is a member' warc_members

warc_without_text() {
	(warc warcinfo ''; warc metadata "$long\n"; warc metadata "$long\n") >a
	dedup a >out 2>err
	cmp a out
	grep -qx 'dedup: a: no text in its 3 WARC records: see dedup(1)' err
	dedup -q a 2>&1 | cmp - a
}
must 'WARC: a warning where no record has text' warc_without_text

streams_warc() {
	local line
	mkfifo in out
	dedup <in >out &
	exec 3>in 4<out
	warc conversion 'the first line of six words\n' >&3
	printf 'WARC/1.0\r\n' >&3
	for _ in 1 2 3 4; do
		IFS= read -r -t 600 line <&4
	done
	IFS= read -r -t 600 line <&4
	[ "$line" = 'the first line of six words' ]
	warc conversion 'the first line of six words\n' | tail -n +2 >&3
	exec 3>&-
	wait $!
	grep -q 'Content-Length: 0' <&4
}
must 'WARC: a record leaves when the next one begins' streams_warc

# Longer than what is gathered: passes in pieces, counted once.
warc_is_long() {
	local n=70000000
	is_sanitized && n=67200000
	(
		warc conversion "$long\n"
		printf 'WARC/1.0\r\nWARC-Type: conversion\r\n'
		printf 'Content-Length: %d\r\n\r\n' $n
		yes "$long" | head -c $n
		printf '\r\n\r\n'
		warc conversion "$long\n"
	) >a
	dedup -s a 2>err >out
	cat err
	[ "$(wc -c <a)" -eq $(($(wc -c <out) + 30)) ]
	tail -n 4 out | grep -q 'Content-Length: 0'
	cmp -n 67000000 a out
	grep -qx 'too long    1, not judged' err
	[ "$(grep -c ^dedup err)" -eq 1 ]
	grep -qx 'dedup: units, lines or records that were too long and stay'\
' unjudged: 1' err
	# shellcheck disable=SC2002
	cat a | dedup -T 2 | cmp - out
	# Its length is wrong by one, or the file ends within it.
	sed "10s/$n/$((n - 1))/" a >b
	exits 2 dedup -s b 2>err >out
	cat err
	grep -qx 'dedup: b: record at byte [0-9]*: wrong Content-Length' err
	grep -qx 'bad records 1' err
	tail -n 4 out | grep -q 'Content-Length: 0'
	head -c -200 a >b
	exits 2 dedup b 2>err | cmp - b
	grep -q '^dedup: b: record at byte [0-9]*: cut off' err
}
must 'WARC: a record of over 64 MiB passes, and reading goes on after it' \
    warc_is_long

warc_passes() {
	is_sanitized && skip 'not under AddressSanitizer'
	printf 'WARC/1.0\r\nWARC-Type: metadata\r\n' >header
	printf 'Content-Length: 300000000\r\n\r\n' >>header
	(
		cat header
		head -c 300000000 /dev/zero
		printf '\r\n\r\n'
		warc conversion "$long\n"
	) | (ulimit -v 60000; exec "$DEDUP" -T 1 2>err) | cksum >got
	[ ! -s err ]
	(
		cat header
		head -c 300000000 /dev/zero
		printf '\r\n\r\n'
		warc conversion "$long\n"
	) | cksum | cmp - got
}
must 'WARC: 300 MB without text pass in 60 MB' warc_passes

# Explaining.

diffs() {
	printf '%b' "$whole\n\n$part\n\n$variant\n\n$long\n$long\n" >a
	printf '%b' "$long\n$part\n" >b
	cat >want <<-END
		--- a
		  $whole
		- $part
		    all of it in line 1
		  
		  $variant
		  
		  $long
		- $long
		    repeats line 7
		--- b
		- $long
		    same as line 7 of a
		- $part
		    all of it in line 1 of a
	END
	dedup --diff a b | diff want -
	printf '%b' "$whole\n\n$variant\n" >a
	cat >want <<-END
		  $whole
		- ${variant/ psi / [-psi-]\{+eta+\} }
		    0.92 like line 1
	END
	dedup --diff -t .9 a | diff want -
}
must '--diff: what goes, where and why' diffs

diffs_of_records() {
	dedup --diff "$fixtures/records.jsonl" >got
	grep -qx -- '--- a1' got
	grep -qx -- '- THE FERRY TO SANDWICK IS .*' got
	grep -qx '    same as line 1 of a1' got
}
must '--diff: of records, the texts' diffs_of_records

promise='The council promised a new bridge at the old harbour by spring'
plan='The council planned a new bridge at the old harbour by spring'
marked='The council [-planned-]{+promised+} a new bridge at the old harbour by'

marks_words() {
	local escape=$'\033' red green

	red="${escape}[1;31;9mplanned${escape}[0m"
	green="${escape}[32mpromised${escape}[0m"
	printf '%s.\n\n%s.\n' "$promise" "$plan" >a
	dedup --diff -t .8 a >out
	grep -Fqx -- "- $marked spring." out
	dedup --diff -t .8 --color=always a | grep -Fq "$red$green$escape"
	dedup --diff -t .8 --keep=none a >out
	grep -Fqx -- "- $marked spring." out
	# Of the words of the other one there is no copy.
	grep -Fqx -- "  $promise." out
	dedup --diff a | not grep -F '[-'
	# Also where the witness has a word more, and on lines that go on.
	printf '%s.\n' "$promise" "${promise/new /}" \
	    "${promise/bridge/long bridge}" >a
	dedup --diff -t .8 a >out
	grep -Fqx -- "- ${promise/a new/a\{+ new+\}}." out
	grep -Fqx -- "- ${promise/bridge/[-long-] bridge}." out
	printf '%s\r\n' "$promise, as it" 'had said before the vote.' '' \
	    "$promise, as we" 'all had said before the vote.' >a
	dedup --diff -t .7 -u paragraph a >out
	printf '%s\r\n' "- $promise, as [-we" \
	    '- all-]{+it+} had said before the vote.' >want
	grep '^-' out | diff want -
}
must '--diff: the words that differ are marked' marks_words

marks_witness_elsewhere() {
	echo "$other" >a
	printf '%s\n%s.\n' "$long" "$promise" >b
	echo "$plan." >c
	dedup --diff -t .8 a b c >out
	grep -Fqx -- "- $marked spring." out
	grep -Fqx '    0.92 like line 2 of b' out
	dedup --diff -t .8 --against=b c >out
	grep -Fqx -- "- $marked spring." out
	dedup --diff -t .8 --against=b --scope=document a c >out
	grep -Fqx -- "- $marked spring." out
	dedup --diff -t .8 --scope=document a <(cat b c) >out
	grep -Fqx -- "- $marked spring." out
	dedup -t .8 --save=t b >out
	dedup --diff -t .8 --load=t c >out
	grep -Fqx -- "- $plan." out
	printf '{"text":"%s"}\n' "$long\\n\\u201c$promise\\u201d" \
	    "\\\"${plan/council/\\u0063ouncil}\\\"" >r.jsonl
	dedup --diff -t .8 r.jsonl >out
	grep -Fqx -- "- \"$marked spring\"" out
}
must '--diff: the words that differ, where the witness is in another document' \
    marks_witness_elsewhere

marks_nothing() {
	printf '%s.\n' "By the way: $promise" "${promise^^}" \
	    "${promise/harbour/h$'\303\240'rbour}" >a
	dedup --diff a >out
	dedup --diff -t .8 a | diff out -
	dedup --diff --against=a a >listed
	[ "$(grep -c '^- ' out)" -eq 2 ]
	[ "$(grep -c '^- ' listed)" -eq 3 ]
	not grep -F -e '[-' -e '{+' out listed
}
must '--diff: nothing is marked where the witness says all' marks_nothing

colors() {
	local escape=$'\033'
	printf '%b' "$twice" >a
	dedup --diff a >plain
	not grep -q "$escape" plain
	dedup --diff --color=never a | cmp plain
	dedup --diff --color=auto a | cmp plain
	dedup --diff --color=always a >colored
	grep -q "^- $escape\[31;9m$long$escape\[0m$" colored
	sed "s/$escape\[[0-9;]*m//g" colored | cmp plain
	NO_COLOR=1 dedup --diff --color=always a | cmp colored
}
must '--color: always, never and NO_COLOR' colors

terminal() {	# COMMAND
	script -qec "$1" /dev/null </dev/null | tr -d '\r'
}

colors_on_terminal() {
	needs_terminal
	printf '%b' "$twice" >a
	dedup --diff a >plain
	dedup --diff --color=always a >colored
	export DEDUP TERM=xterm
	unset NO_COLOR
	terminal 'exec "$DEDUP" --diff a' | cmp colored
	terminal 'exec "$DEDUP" --diff --color=never a' | cmp plain
	NO_COLOR=1 terminal 'exec "$DEDUP" --diff a' | cmp plain
	NO_COLOR='' terminal 'exec "$DEDUP" --diff a' | cmp colored
	TERM=dumb terminal 'exec "$DEDUP" --diff a' | cmp plain
}
must '--color: on a terminal, unless NO_COLOR or TERM says no' \
    colors_on_terminal

# A name and a text that would clear the screen, turn a line around, and more.
escape=$'\033' c1=$'\302\233' bidi=$'\342\200\256'
names_are_shown() {
	local name="a${escape}[2J"$'\n'"b$c1$bidi"$'\233'"c"
	local shown='a^[[2J^Jb<U+009B><U+202E><9B>c' status=0

	exits 2 dedup "$name" 2>err
	grep -Fqx "dedup: $shown: cannot open: No such file or directory" err
	printf '{"text":"%b","no\n' "$long" >"$name"
	exits 2 dedup -f jsonl "$name" >out 2>err
	grep -Fq "dedup: $shown:1: " err
	exits 2 dedup --unit="$name" 2>err
	grep -Fqx "dedup: --unit: $shown: not auto, line, paragraph or\
 document" err
	exits 2 dedup "--$name" 2>err
	grep -Fqx "dedup: unrecognized option '--$shown'" err
	printf '%b' "$twice" >"$name"
	dedup --diff "$name" "$name" >out
	grep -Fqx -- "--- $shown" out
	grep -Fqx "    same as line 1 of $shown" out
	dedup --save=t "$name" >out
	dedup --diff --load=t "$name" >out
	grep -Fqx "    same as line 1 of $shown, by t" out
	mv t "$name"
	dedup --list "$name" >out
	head -n 1 out | grep -Fqx "$shown"
	exits 2 dedup --list "$name" missing >out 2>err
	for file in out err; do
		LC_ALL=C not grep -q "[$escape$c1]" $file
	done
	printf '{"id":"%s","text":"%b"}\n' 'x\u001b[2J\u202e' "$long" \
	    'y' "$long" >r.jsonl
	dedup --diff r.jsonl >out
	grep -Fqx -- '--- x^[[2J<U+202E>' out
	grep -Fqx '    same as line 1 of x^[[2J<U+202E>' out
}
must 'no name, id or label reaches the terminal with control characters' \
    names_are_shown

text_is_shown() {
	local text="one two three${escape}[2J four"$'\t'"five$c1 six$bidi"
	local shown="one two three^[[2J four"$'\t'"five<U+009B> six<U+202E>"

	printf '%s\r\n\r\n%s\r\n' "$text" "$text" >a
	dedup --diff a >out
	printf '  %s\r\n- %s\r\n    same as line 1\n' "$text" "$text" >want
	diff -a want out
	needs_terminal
	export DEDUP TERM=dumb
	terminal 'exec "$DEDUP" --diff a' >out
	printf '  %s\n- %s\n    same as line 1\n' "$shown" "$shown" >want
	diff -a want out
	printf '%s\n' "$text" >b
	terminal 'exec "$DEDUP" --top=1 a b' | grep -Fq "$shown"
}
must '--diff: the text is as it is in a pipe, its controls shown on a terminal' \
    text_is_shown

log_fields() {
	cat "$fixtures/sample.txt" "$fixtures/near.in" >a
	dedup -t 0.8 --log=log a >/dev/null
	"$python" - log <<-'END'
		import json, sys
		reasons = set()
		for line in open(sys.argv[1]):
		    r = json.loads(line)
		    assert list(r) == ["file", "document", "line", "offset",
		        "length", "reason", "similarity", "witness", "removed"], r
		    assert set(r["witness"]) == {"file", "document", "line",
		        "offset"}, r
		    assert 0.8 <= r["similarity"] <= 1, r
		    reasons.add(r["reason"])
		assert reasons == {"exact", "near", "similar", "lead"}, reasons
	END
	printf 'a b\na b\n' | dedup --log=log >/dev/null
	grep -Fq '"reason":"repeat"' log
	printf '%b' "$long $other\n\n$other\n" |
	    dedup --contained --log=log >/dev/null
	grep -Fq '"reason":"contained"' log
}
must '--log: an object a removal, with all there is to tell' log_fields

rebuilds() {
	local field
	for file in "$fixtures"/*.in "$fixtures"/*.jsonl \
	    "$fixtures"/sample.txt "$fixtures"/wet.warc; do
		[[ $file != *.warc ]] || has libnettle || continue
		field=text
		[[ $file != */facts.jsonl ]] || field=b
		dedup -q --text-field=$field --log=log "$file" >out
		"$python" "$tests/rebuild.py" out log | cmp - "$file"
		dedup -q --text-field=$field --log=log <"$file" >out
		"$python" "$tests/rebuild.py" out log | cmp - "$file"
	done
	dedup --log=log -f text "$fixtures"/*.in >out
	"$python" "$tests/rebuild.py" out log "$fixtures"/*.in |
	    cmp - <(cat "$fixtures"/*.in)
}
must '--log: with the output it rebuilds the input, of several files too' \
    rebuilds

counts() {
	printf '%b' "$twice\n$whole\n\n$part\n\n$variant\n\na b\na b\n" >a
	dedup -s a >out 2>err
	cat err
	grep -qx 'documents   1' err
	grep -qx 'units       8' err
	grep -qx "bytes       $(wc -c <a)" err
	grep -q '^removed     3 units, [0-9]* bytes, [0-9.]* %$' err
	grep -qx '  exact     1' err
	grep -qx '  near      1' err
	grep -qx '  repeat    1' err
	not grep -q '  similar' err
	grep -q '^memory      [0-9.]* MB$' err
	dedup a | cmp out
	dedup --stats a 2>&1 >/dev/null | diff err -
	dedup -s -t 0.9 a 2>err >out
	grep -q '^removed     4 units, ' err
	grep -qx '  similar   1' err
}
must '-s, --stats: counts on standard error' counts

counts_as_json() {
	local in out
	dedup -t 0.8 -s --json "$fixtures/sample.txt" >out 2>err
	dedup -t 0.8 --json "$fixtures/sample.txt" 2>err2 >/dev/null
	cmp err err2
	in=$(wc -c <"$fixtures/sample.txt") out=$(wc -c <out)
	"$python" - "$in" "$out" <<-'END'
		import json, sys
		s = json.load(open("err"))
		size, left = int(sys.argv[1]), int(sys.argv[2])
		assert s["documents"] == 1 and s["bytes"] == size, s
		assert s["bytes_out"] == left, s
		assert s["removed_bytes"] == size - left, s
		assert abs(s["removed_share"] - (size - left) / size) < 1e-5, s
		assert s["removed"]["similar"] == 1, s
		assert s["removed"]["lead"] == 1, s
		assert s["memory"] > 0 and s["bad_records"] == 0, s
	END
}
must '--json: the same as an object, and it implies --stats' counts_as_json

warns() {
	yes "$long" | head -n 50 >a
	dedup a 2>err >out
	grep -qx 'dedup: 98.0 % of the text was removed' err
	dedup -q a 2>err >out
	[ ! -s err ]
	dedup --quiet a 2>err >out
	[ ! -s err ]
	head -n 5 a | dedup >out 2>err
	[ ! -s err ]
}
too_long() {
	{ head -c 4300000 /dev/zero | tr '\0' 'a '; echo; echo "$long"; } >a
	dedup a 2>err | cmp - a
	echo 'dedup: units, lines or records that were too long and stay'\
' unjudged: 1' | diff err -
	dedup -q a 2>&1 >/dev/null | cmp - /dev/null
}
must 'a line over 4 MiB is not judged, and that is said' too_long

must '-q, --quiet: no warning that nearly all went' warns

useless() {	# WARNING OPTION...
	printf '%b' "$twice" >a
	dedup "${@:2}" a >out 2>err
	printf '%b' "$once" | cmp - out
	grep -Fqx "dedup: $1" err
	[ "$(wc -l <err)" -eq 1 ]
	dedup -q "${@:2}" a 2>&1 | cmp - out
}
useless_of_warc() {	# WARNING OPTION...
	warc conversion "$long\n" >a
	dedup -f warc "${@:2}" a 2>err | cmp - a
	grep -Fqx "dedup: $1" err
}
must 'warns of -t with -x' useless \
    '--threshold has no effect with --exact' -x -t 0.9
useless_with_top() {
	local option
	printf '%b' "$twice" >a
	for option in --exact --threshold=.5 --ngram=4 --contained \
	    --scope=document --keep=none --boilerplate=3; do
		dedup --top=3 "$option" a >out 2>err
		grep -Fqx "dedup: ${option%%=*} has no effect with --top" err
		[ "$(wc -l <err)" -eq 1 ]
	done
}
must 'warns of options of matching with --top' useless_with_top
must 'warns of --seed without a table' useless \
    '--seed has no effect without a table' --seed=3
seed_of_table() {
	printf '%b' "$twice" >a
	dedup --seed=3 --save=t a 2>err >out
	dedup --seed=3 --load=t a 2>>err >out
	dedup -q --seed=3 a 2>>err >out
	not grep -q seed err
}
must 'but not where there is one, nor with -q' seed_of_table
must 'warns of -n with -x' useless '--ngram has no effect with --exact' -n4 -x
must 'warns of --text-field with -f text' useless \
    '--text-field has no effect with --format=text' -f text --text-field=body
must 'warns of --id-field with -f text' useless \
    '--id-field has no effect with --format=text' -f text --id-field=id
must 'warns of --text-field with -f warc' useless_of_warc \
    '--text-field has no effect with --format=warc' --text-field=body
must 'warns of --id-field with -f warc' useless_of_warc \
    '--id-field has no effect with --format=warc' --id-field=id
must 'warns of --color without --diff' useless \
    '--color has no effect without --diff' --color=always

memory_is_full() {
	is_sanitized && skip 'not under AddressSanitizer'
	seq 1 1500000 | sed 's/.*/& first&  second& third& fourth&/' >a
	head -n 3 a | cat a - |
	    (ulimit -v 30000; exec "$DEDUP" -s 2>err) | cmp a -
	cat err
	grep -q '^dedup: memory is full: [1-9][0-9]* units were kept but ' err
	grep -q '^not stored  [1-9][0-9]* units: no memory$' err
	grep -q '^removed     3 units, ' err
}
must 'a full memory: copies of what is known go, the rest stays; it says so' \
    memory_is_full

helps() {
	dedup --help >out 2>err
	[ ! -s err ]
	grep -q '^Usage: dedup ' out
	not grep -q '.\{80\}' out
	# What people come with is first, and -h has fewer options.
	for task in --diff --drop-listed --pages -r; do
		sed '/^  -f/,$d' out | grep -q -e " $task"
	done
	dedup -h >short
	[ "$(grep -c '^ .*--[a-z]' short)" -lt 45 ]
	[ "$(grep -c '^ .*--[a-z]' out)" -gt 60 ]
	not grep -q -e --max-window short
	grep -q -e '--help; full documentation: man dedup' short
	[ "$(sed -n 's/^  \(-.,\|   \) --.*/x/p' out | wc -l)" -le 61 ]
	for default in '--min-words=N .*(5)' '--ngram=N .*(3)' \
	    '--unit=UNIT [^-]*(auto)'; do
		tr -s '\n ' ' ' <out | grep -q -e "$default"
	done
}
must '-h, --help: on standard output, with defaults' helps

versions() {
	local want
	want=$(sed -n 's/^#define DEDUP_VERSION "\(.*\)"/\1/p' "$root/dedup.h")
	[ "$(dedup --version)" = "dedup $want" ]
	[ "$(dedup -V)" = "dedup $want" ]
}
must '-V, --version: that of the header' versions

options() {	# the long ones, by --help
	dedup --help | sed -n 's/^  \(-.,\|   \) --\([a-z0-9-]*\).*/\2/p'
}

completes() {	# SHELL
	local shell=$1
	dedup --completion="$shell" >file
	for option in $(options); do
		case $shell in
		fish) grep -q -- "-l $option " file ;;
		*) grep -q -- "--$option\>" file ;;
		esac
	done
	command -v "$shell" >/dev/null || skip "no $shell"
	"$shell" -n file
}
for shell in bash zsh fish; do
	must "--completion=$shell: every option, and $shell takes it" \
	    completes $shell
done

completes_words() {
	# shellcheck disable=SC1090
	. <(dedup --completion=bash)
	COMP_WORDS=(dedup --unit '=' pa) COMP_CWORD=3
	_dedup
	[ "${COMPREPLY[*]}" = paragraph ]
	COMP_WORDS=(dedup -u d) COMP_CWORD=2
	_dedup
	[ "${COMPREPLY[*]}" = document ]
	COMP_WORDS=(dedup --fo) COMP_CWORD=1
	_dedup
	[ "${COMPREPLY[*]}" = '--format= --fold-digits' ]
	mkdir folder
	COMP_WORDS=(dedup --output-dir '=' fo) COMP_CWORD=3
	: >forest
	_dedup
	[ "${COMPREPLY[*]}" = folder ]
	rm forest
	: >filename
	COMP_WORDS=(dedup 'fi') COMP_CWORD=1
	_dedup
	[ "${COMPREPLY[*]}" = filename ]
}
must '--completion=bash: options, values and files' completes_words

# Bad input.

must 'an unknown option' refuses "dedup: unrecognized option '--bogus'" --bogus
must 'an unknown short option' refuses "dedup: invalid option -- 'Q'" -Q
must 'an option without its argument' \
    refuses "dedup: option requires an argument -- 't'" -t
must 'an argument too many' \
    refuses "dedup: option '--exact' doesn't allow an argument" --exact=1
must 'an ambiguous option' refuses "dedup: option '--co' is ambiguous;\
 possibilities: '--contained' '--counts-only' '--compress' '--color' '--completion'" --co
must 'options that cannot be used together' refuses \
    'dedup: --repeated, --check and --diff cannot be used together' -d --check
must '-x and --contained' refuses \
    'dedup: --exact and --contained cannot be used together' -x --contained
must '--test of a list of files' refuses \
    'dedup: --files-from: not with --merge, --list or --test' \
    --test --files-from=list
must '--list and --boilerplate' refuses \
    'dedup: --boilerplate: not with --merge, --list or --test' --list -b 3 t
must '--list and --test' refuses \
    'dedup: --merge, --list and --test cannot be used together' --list --test t
must '--check and -o' refuses 'dedup: --output: --check writes nothing' \
    --check -o out.txt
must 'a separator of text among records' refuses \
    'dedup: --document-separator: not with --format=jsonl' \
    --document-separator=x -f jsonl
must 'a separator of text among WARC records' refuses \
    'dedup: --document-separator: not with --format=warc' \
    --document-separator=x -f warc
# Each rule of cli/options/option_check.c.
not_together() {
	local said options n=0
	printf '%b' "$twice" >a
	printf '%b' "$long" | dedup --seed=3 --save=t >out
	while IFS='|' read -r said options; do
		# shellcheck disable=SC2086	# they are several
		exits 2 dedup $options a >out 2>err
		grep -Fqx "dedup: $said" err || {
			echo "$options: no '$said'"
			return 1
		}
		[ ! -s out ]
		n=$((n + 1))
	done <<'END'
--repeated, --check and --diff cannot be used together|--diff -d
--annotate: not with --repeated, --check or --diff|--annotate=text --check
--annotate: not with --repeated, --check or --diff|--annotate=text -d
--merge, --list and --test cannot be used together|--merge --list -o b
--merge: needs --output=FILE|--merge
--min-count: only with --merge|--min-count=2
--min-count: only with --merge|--min-count=2 --list
--output: --list and --test write to standard output|--list -o b
--merge, --list and --test need tables as operands|--list -
--check: not with --merge, --list or --test|--check --test
--counts-only: only counts; not with --output|--counts-only -o b --save=t
--counts-only: only counts; not with --output-dir|--counts-only --output-dir=b
--counts-only: only counts; not with --in-place|--counts-only --in-place
--counts-only: only counts; not with --min-doc-words|--counts-only --min-doc-words=3
--counts-only: only counts; not with --repeated|--counts-only -d
--counts-only: only counts; not with --annotate|--counts-only --annotate=text
--counts-only: only counts; not with --check|--counts-only --check
--counts-only: only counts; not with --diff|--counts-only --diff
--counts-only: only counts; not with --top|--counts-only --top=3
--counts-only: only counts; not with --log|--counts-only --log=b
--counts-only: only counts; not with --against|--counts-only --against=a
--counts-only: only counts; not with --max-removed|--counts-only --max-removed=.5
--counts-only: needs --save=TABLE or --update=TABLE|--counts-only
--top: only lists; not with --repeated|--top=3 -d
--top: only lists; not with --log|--top=3 --log=b
--top: only lists; not with --groups|--top=3 --groups=b
--top: only lists; not with --load, --save, --update or --against|--top=3 --load=t
--top: only lists; not with --load, --save, --update or --against|--top=3 --against=a
--top: only lists; not with --in-place|--top=3 --in-place
--top: only lists; not with --max-removed|--top=3 --max-removed=.5
--scope=document: not with --save or --update|--scope=document --update=t
--exact and --contained cannot be used together|--contained -x
--document-separator: not with --format=jsonl|--document-separator=x -f jsonl
--output: --check writes nothing|-o b --check
--min-doc-words: not with --repeated, --diff or --annotate|--min-doc-words=3 --diff
--drop-listed: not with --repeated, --diff or --annotate|--drop-listed --diff --against=a
--drop-listed: needs --against=FILE|--drop-listed
--against-ngram: needs --against=FILE|--against-ngram=8
--min-doc-words: not with --keep=last, which reads the text twice|--drop-empty --keep=last
--pages: not with --format=jsonl|--pages -f jsonl
--log=-: the text goes to standard output, too: see --output|--log=-
--output, --output-dir and --in-place cannot be used together|--output-dir=b --in-place
--output-dir: not with --check or --diff|--output-dir=b --check
--in-place: not with --repeated, --check, --diff or --annotate|--in-place --annotate=text
--resume: needs --output-dir|--resume
--resume and --max-removed cannot be used together|--resume --output-dir=b --max-removed=.5
END
	[ "$n" -eq 46 ]
	while IFS='|' read -r said options; do
		# shellcheck disable=SC2086	# they are several
		dedup $options a >out 2>err || true
		[ "$said" = none ] || grep -Fqx "dedup: $said" err || {
			echo "$options: no '$said'"
			return 1
		}
		[ "$(grep -c 'has no effect' err)" -eq \
		    "$([ "$said" = none ] && echo 0 || echo 1)" ] || {
			echo "$options: $(cat err)"
			return 1
		}
	done <<'END'
--ngram has no effect with --exact|-x -n 4
--threshold has no effect with --exact|-x -t .8
--text has no effect with --format=jsonl|-a -f jsonl
--text has no effect with --format=warc|-a -f warc
--color has no effect without --diff|--color=never
none|--color=never --diff
--contained has no effect with --counts-only|--contained --counts-only --save=b
--scope has no effect with --counts-only|--scope=document --counts-only --save=b
--boilerplate has no effect with --top|-b 3 --top=3
none|-b 3 --counts-only --save=b
--seed has no effect without a table|--seed=3
none|--seed=3 --against=a
--id-field has no effect without --log, --report, --diff or --annotate|--id-field=i
--id-field has no effect without --log, --report, --diff or --annotate|--id-field=i --top=3
--id-field has no effect without --log, --report, --diff or --annotate|--id-field=i --counts-only --save=b
--id-field has no effect with --format=text|--id-field=i -f text
none|--id-field=i --top=3 --json
none|--id-field=i --save=b
none|--id-field=i --diff
--on-error has no effect without --save or --update|--on-error=save
none|--on-error=save --save=b
--compress has no effect with --check|--compress=none --check
none|--progress -q
none|--progress=never
--only has no effect with --top|--only=near --top=3
--against-ngram has no effect with --exact|-x --against=a --against-ngram=9
END
}
must 'options that do not go together: each rule' not_together
for value in 0 -0.1 1.5 1.0000001 0.8x x '' nan inf 0x1p-1 0,8 ' 0.5' 1e-999; do
	must "-t '$value'" refuses \
	    "dedup: --threshold: $value: not a number over 0, up to 1" \
	    -t "$value"
done
for value in 0 -1 3x x '' 3.0 ' 3' +3 1000001 99999999999999999999; do
	must "-m '$value'" refuses "dedup: --min-words: $value: not a whole\
 number from 1 to 1000000" -m "$value"
done
for value in 0 33 x 3x; do
	must "-n '$value'" refuses \
	    "dedup: --ngram: $value: not a whole number from 1 to 32" \
	    --ngram="$value"
done
for value in -1 x 1x 18446744073709551616; do
	must "--seed '$value'" refuses \
	    "dedup: --seed: $value: not a whole number below 2^64" \
	    --seed="$value"
done
must '--unit=word' refuses \
    'dedup: --unit: word: not auto, line, paragraph or document' -u word
must '--format=csv' refuses \
    'dedup: --format: csv: not auto, text, jsonl or warc' --format=csv
must '--scope=file' refuses 'dedup: --scope: file: not all or document' \
    --scope=file
must '--keep=latest' refuses "dedup: --keep: latest: not first, none or last;\
 did you mean last?" --keep=latest
must '--color=blue' refuses \
    'dedup: --color: blue: not auto, always or never' --color=blue
must '--completion=tcsh' refuses \
    'dedup: --completion: tcsh: not bash, zsh or fish' --completion=tcsh
must '--document-separator=' refuses \
    'dedup: --document-separator: : not the text of a line' \
    --document-separator=
for option in text-field id-field; do
	for value in '' a..b .a a.; do
		must "--$option='$value'" refuses "dedup: --$option: $value: not\
 a path of field names" --$option="$value"
	done
done

unreadable() {	# NAME WHY
	mkdir directory
	ln -s loop loop
	printf '%b' "$twice" >a
	refuses "dedup: $1: cannot open: $2" "$1"
	exits 2 dedup a "$1" a >out 2>err
	printf '%b' "$once" | cmp - out
	grep -Fqx "dedup: $1: cannot open: $2" err
	exits 2 dedup --keep=none "$1" a >out 2>err
	printf '%b' "$other\n" | cmp - out
}
must 'a missing file: the others go through, exit 2' \
    unreadable missing 'No such file or directory'
must 'a directory: the others go through, exit 2' \
    unreadable directory 'Is a directory; -r reads the files in it'
must 'a loop of links: the others go through, exit 2' \
    unreadable loop 'Too many levels of symbolic links'

no_permission() {
	[ "$(id -u)" -ne 0 ] || skip 'root may read everything'
	: >secret
	chmod 0 secret
	refuses 'dedup: secret: cannot open: Permission denied' secret
}
must 'a file that may not be read' no_permission

directory_as_input() {
	exits 2 dedup <. 2>err
	grep -qx 'dedup: standard input: cannot open: Is a directory' err
}
must 'a directory as standard input' directory_as_input

read_fails() {
	needs_proc
	printf '%b' "$twice" >a
	exits 2 dedup /proc/self/mem a >out 2>err
	grep -qx 'dedup: /proc/self/mem: cannot read: Input/output error' err
	printf '%b' "$once" | cmp - out
}
must 'a file that fails while it is read: the others go through' read_fails

must '-o into no directory' refuses \
    'dedup: no/out: cannot open: No such file or directory' -o no/out
must '-o into a directory' refuses 'dedup: .: cannot open: Is a directory' -o .
must '--log into no directory' refuses \
    'dedup: no/log: cannot open: No such file or directory' --log=no/log

closed_output() {
	printf '%b' "$twice" >a
	exits 2 dedup "$@" a >&- 2>err
	cat err
	grep -qx 'dedup: standard output: cannot write: Bad file descriptor' \
	    err
	[ "$(wc -l <err)" -eq 1 ]
}
must 'closed standard output' closed_output
must 'closed standard output and --diff' closed_output --diff
must 'closed standard output and --help' closed_output --help

closed_output_and_log() {
	(seq 1 40000; seq 1 3) |
	    sed 's/.*/line & of a file that is long enough/' >a
	exits 2 dedup --log=log a >&- 2>err
	not grep -qv '^{' log
}
must 'closed standard output: text does not go into the log' \
    closed_output_and_log

closed_error() {
	printf '%b' "$twice" >a
	exits 2 dedup -o out a missing 2>&-
	printf '%b' "$once" | cmp - out
}
must 'closed standard error: messages do not go into the output' closed_error

closed_input() {
	printf '%b' "$twice" >a
	exits 2 dedup -o out - 2>err <&-
	grep -qx 'dedup: standard input: cannot read: Bad file descriptor' err
	dedup a <&- | cmp - <(printf '%b' "$once")
}
must 'closed standard input' closed_input

full_disk() {
	[ -w /dev/full ] || skip 'no /dev/full'
	printf '%b' "$twice" >a
	exits 2 dedup "$@" a >/dev/full 2>err
	cat err
	grep -qx 'dedup: standard output: cannot write: No space left on device' \
	    err
	[ "$(wc -l <err)" -eq 1 ]
}
must 'a full disk' full_disk
must 'a full disk and -d' full_disk -d
must 'a full disk and --diff' full_disk --diff
must 'a full disk and --help' full_disk --help
must 'a full disk and --version' full_disk --version

full_disk_by_name() {	# OPTION
	[ -w /dev/full ] || skip 'no /dev/full'
	printf '%b' "$twice" >a
	exits 2 dedup "$1/dev/full" a >out 2>err
	grep -qx 'dedup: /dev/full: cannot write: No space left on device' err
}
must 'a full disk and -o' full_disk_by_name -o
must 'a full disk and --log' full_disk_by_name --log=

reader_goes() {
	local status
	seq 1 300000 | sed 's/.*/line & of a file that is long enough/' >a
	env --default-signal=PIPE "$DEDUP" "$@" a 2>err | head -n 1 >/dev/null
	status=${PIPESTATUS[0]}
	[ ! -s err ]
	[ "$status" -eq 141 ]
}
must 'a reader that goes away: death by SIGPIPE, in silence' reader_goes
must 'a reader of --diff that goes away' reader_goes --diff

reader_goes_unnoticed() {
	local status
	seq 1 300000 | sed 's/.*/line & of a file that is long enough/' >a
	env --ignore-signal=PIPE "$DEDUP" a 2>err | head -n 1 >/dev/null
	status=${PIPESTATUS[0]}
	[ "$status" -eq 2 ]
	grep -qx 'dedup: standard output: cannot write: Broken pipe' err
}
must 'a reader that goes away where SIGPIPE is ignored: said, exit 2' \
    reader_goes_unnoticed

gigabyte() {	# BYTE
	is_sanitized && skip 'not under AddressSanitizer'
	local bytes kib=524288
	bytes=$(rounds 1000000000)
	# Less than the bytes.
	[ "$bytes" -eq 1000000000 ] || kib=131072
	head -c "$bytes" /dev/zero | tr '\0' "$1" |
	    (ulimit -v $kib; exec "$DEDUP" -s 2>err) | cksum >got
	cat err
	head -c "$bytes" /dev/zero | tr '\0' "$1" | cksum | cmp - got
}
line_of_a_gigabyte() {
	gigabyte x
	grep -q '^too long    1, ' err
	grep -qx 'units       0' err	# those are judged
}
must 'a line of 1 GB passes in half of that, and is counted' line_of_a_gigabyte
must '1 GB of blank lines passes in half of that' gigabyte '\n'
must '1 GB of blanks passes in half of that' gigabyte ' '

# Documents.

knows_every_option() {
	for option in $(options); do
		grep -q -e "--$option\>" "$tests"/{command,batch,dumps,report}.sh \
		    "$tests"/{contamination,choice,asked}.sh
	done
}
must 'every option is tested here' knows_every_option

manual() {
	[ -e "$root/man/dedup.1" ] || skip 'no man/dedup.1'
	command -v mandoc >/dev/null || skip 'no mandoc'
	mandoc -T ascii "$root/man/dedup.1" | sed 's/.\x08//g'
}

manual_names_options() {
	manual >text
	options | sort >want
	# Other names of these.
	printf '%s\n' drop-empty dry-run files0-from | sort want - >all
	grep -oE -e '--[a-z][a-z0-9-]+' text | sed 's/^--//; s/-$//' | sort -u |
	    diff all -
	dedup --help | sed -n 's/^  -\(.\), .*/\1/p' >shorts
	while read -r letter; do
		grep -q -E "^ +-$letter\b" text
	done <shorts
}
must 'dedup(1) names every option and no other' manual_names_options

manual_is_clean() {
	manual >/dev/null
	mandoc -T lint -W warning "$root"/man/*.[1-9]
}
must 'mandoc finds nothing to warn of' manual_is_clean

# Each example of --diff: from the text that it shows comes what it shows.
readme() {
	awk '/^```/ { on = 0 }
		/^\$ / { on = 0 }
		on { print >("shown" n) }
		/^\$ dedup .*--diff/ { on = 1; print >("command" ++n) }' \
	    "$root/README.md"
	[ -s command1 ]
	for file in command*; do
		shown=shown${file#command}
		[ -s "$shown" ]
		# Its options, not its operands.
		read -ra options < <(grep -o -e ' -[^ |]*' "$file" | xargs)
		sed -n '/^    /d; s/^[- ] //p' "$shown" |
		    dedup "${options[@]}" | diff "$shown" -
	done
}
must 'the README shows what the command prints' readme

# Pairs of which the second says something else, or only what the first says.
facts() {	# PAIRS
	"$python" - "$DEDUP" "$1" <<-'END'
		import json, re, subprocess, sys
		def plain(text):
		    words = re.findall(r"\w+", text.casefold())
		    return " " + " ".join(words) + " "

		wrong, right = [], {"keep": 0, "drop": 0}
		number = {"keep": 0, "drop": 0}
		for line in open(sys.argv[2], encoding="utf-8"):
		    p = json.loads(line)
		    if p["label"] not in number:
		        continue
		    text = p["a"] + "\n\n" + p["b"] + "\n"
		    left = subprocess.run([sys.argv[1]], input=text.encode(),
		                          stdout=subprocess.PIPE, check=True)
		    left = left.stdout.decode().split("\n")
		    a, b = p["a"] in left, p["b"] in left
		    if p["label"] == "keep":
		        ok = b and (a or plain(p["a"]) in plain(p["b"]))
		    else:
		        ok = a and not b
		    number[p["label"]] += 1
		    right[p["label"]] += ok
		    if not ok:
		        wrong.append(p)
		print("figure:", right, "of", number)
		for p in wrong:
		    print(p["label"], p["id"], p["a"], "|", p["b"])
		assert min(number.values()) > 0
		assert right["keep"] == number["keep"]
		assert right["drop"] >= 0.95 * number["drop"]
	END
}
must 'facts: what says something else stays, of the rest 95 % go' \
    facts "$fixtures/facts.jsonl"

sum_up
