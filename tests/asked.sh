#!/bin/bash
# asked.sh: what new users try, and what the command answers: other spellings,
# other formats, folders, pages, groups.
# shellcheck source=tests/must.sh disable=SC2210,SC2002,SC2094 # names; pipes
. "$(dirname "$0")/must.sh"

a='Arrows fly over the old castle wall at dawn today'
b='Boats bring bread to the houses behind the dyke'
c='Clouds hang low over the hills where nobody lives'

says() {	# WORDS OPTION...
	local words=$1
	shift
	exits 2 dedup "$@" </dev/null 2>err
	grep -Fq -e "$words" err
}
must 'a misspelt option: the nearest one is named' \
    says "unrecognized option '--treshold'; did you mean --threshold?" \
    --treshold=.8
must 'a misspelt option: letters that are exchanged' \
    says 'did you mean --recursive?' --recrusive
must 'a strange option: none is near' \
    says "dedup: unrecognized option '--quux'" --quux
must '-j: what it is called here' says '-T N sets the number of threads' -j
must '-i: what it is called here' says '--in-place=.bak rewrites files' -i
must '--field: what it is called here' says 'see --text-field=NAME' --field=x
must '--no-progress: what to use' says '--progress=never' --no-progress
must 'a misspelt value: the nearest one is named' \
    says 'not auto, line, paragraph or document; did you mean paragraph?' \
    --unit=paragrph
must 'a value that is cut short' says 'did you mean jsonl?' --format=json

spellings() {
	printf '%s.\n\n%s.\n' "$a" "$a" >text
	for o in -M500m -M2GB -M1GiB -M80% -t80% --max-removed=80% \
	    --colour=never\ --diff --jobs=2 --progress=never; do
		# shellcheck disable=SC2086	# they are two
		dedup $o text >out 2>err
		[ ! -s err ]
	done
	dedup --compress=gz text | gzip -dc | diff <(dedup text) -
	exits 2 dedup -M2GX text 2>err
	grep -q 'not a size such as 500M' err
	exits 2 dedup --max-removed=40% text 2>err >out
	grep -q 'more than --max-removed=0.4 allows' err
}
must 'sizes, shares and words as people write them' spellings

dry_run() {
	printf '%s.\n\n%s.\n' "$a" "$a" >text
	exits 1 dedup --dry-run text >out 2>err
	[ ! -s out ]
	grep -q '^removed     1 units' err
}
must '--dry-run: nothing but counts' dry_run

# Formats that are named, with what to type.

refused() {	# WHAT TEXT [NAME]
	local name=${3:-x}
	printf '%b' "$2" >"$name"
	exits 2 dedup "$name" >out 2>err
	[ ! -s out ]
	grep -Fq "dedup: $name: not read: $1; try: " err
	dedup -a "$name" | cmp - "$name"
	dedup -f text "$name" | cmp - "$name"
	exits 2 dedup "--against=$name" /dev/null 2>err
}
must 'HTML is named' refused HTML \
    '\n<!-- x -->\n<!DOCTYPE html>\n<html><body><p>x</p></body></html>\n'
must 'HTML without a doctype is named' refused HTML '<HTML lang="en">\n<p>x</p>'
must 'XHTML is named' refused HTML \
    '<?xml version="1.0"?>\n<!DOCTYPE html>\n<html></html>\n'
must 'HTML is named by its name' refused HTML '<p>x</p>\n' x.html
must 'XML is named' refused XML '<?xml version="1.0"?>\n<rss></rss>\n'
must 'an array of objects is named' refused 'a JSON array' \
    '[\n  {"a": "b"},\n  {"a": "c"}\n]\n'
must 'an array of strings is named' refused 'a JSON array' '["a", "b"]\n'
must 'JSON in several lines is named' refused 'JSON in several lines' \
    '{\n  "text": "abc"\n}\n'
must 'CSV is named' refused CSV 'name,text\n1,2\n' x.csv
must 'TSV is named' refused TSV 'name\ttext\n1\t2\n' x.tsv
must 'LaTeX is named' refused LaTeX '\\documentclass{article}\n'
must 'LaTeX is named by its name' refused LaTeX 'A \\emph{word}.\n' x.tex
must 'RTF is named' refused RTF '{\\rtf1 text}\n'

passes() {	# TEXT [NAME]
	local name=${2:-x}
	printf '%b' "$1" >"$name"
	dedup "$name" 2>err | cmp - "$name"
	[ ! -s err ]
}
must 'text that only contains tags is text' \
    passes 'In HTML, <html> is the first tag, </html> the last one.\n'
must 'a README that begins with a tag is text' \
    passes '<p align="center">Name</p>\n\n# Title\n\n<b>Text</b> is here.\n'
must 'a comment before text is no HTML' passes '<!-- a -->\n# Title\n'
must 'a word in angle brackets is no HTML' passes '<html5> and <header.h>\n'
must 'a reference in brackets is no array' passes '[1] Smith, J.\n["a" b\n'
must 'a brace is no JSON' passes '{ a set }\n{"a" b}\n'
must 'names of CSV without commas are text' passes 'one\ntwo\n' x.csv

documents() {
	printf 'PK\003\004\024\000\006\000word/document.xml' >x.docx
	exits 2 dedup x.docx 2>err
	grep -q 'office document.*pandoc -t plain' err
}
must '.docx is named' documents

captions() {
	local one='00:00:01,600 --> 00:00:04,200\nHello there, old friend of mine.'
	printf '%b' "1\n$one\n\n2\n$one\n" >x.srt
	dedup x.srt 2>err | cmp - x.srt
	grep -q 'x.srt: timed captions: left as they are' err
	printf '%b' "WEBVTT\n\n$one\n\n$one\n" >x.vtt
	dedup -q x.vtt x.vtt 2>err | cmp - <(cat x.vtt x.vtt)
	[ ! -s err ]
}
must 'timed captions are named, and pass whole' captions

fields_there() {
	printf '{"id":1,"url":"x","body":{"text":"a"},"a\\"b":[{"c":1}]}\n' \
	    >a.jsonl
	exits 2 dedup a.jsonl 2>err
	grep -Fq 'fields there: id, url, body, a\"b; see --text-field' err
}
must 'an unknown field: the fields that are there are named' fields_there

# Folders.

folders() {
	mkdir -p in/b/c in/a
	printf '%s.\n' "$a" >in/z
	printf '%s.\n' "$a" >in/b/c/file
	printf '%s.\n' "$b" >in/a/file
	ln -s z in/link
	dedup -r in | diff <(printf '%s.\n' "$b" "$a") -
	dedup -r in in/z | diff <(dedup -r in) -
	dedup -r --output-dir=out in
	(cd out && find . -type f | sort) |
	    diff <(printf '%s\n' ./in/a/file ./in/b/c/file ./in/z) -
	[ ! -s out/in/z ]
	exits 2 dedup in in/z 2>err | cmp - in/z
	grep -q 'in: cannot open: Is a directory; -r reads the files in it' err
}
must '-r: the files in folders, mirrored by --output-dir' folders

lists_with_nul() {
	printf '%s.\n' "$a" >'one'$'\n''two'
	printf '%s.\n' "$b" >three
	printf 'one\ntwo\0' >nul
	printf 'three\n' >lines
	dedup --files-from=nul --files-from=lines |
	    diff <(printf '%s.\n' "$a" "$b") -
}
must '--files-from: repeated, and with NULs' lists_with_nul

# Pages.

pages() {
	local i
	local text=("$a" "$b" "$c" "$a and $b")
	for i in 1 2 3 4; do
		printf 'A book of birds   %s\n\nPage %s: %s.\n' $i $i \
		    "${text[i - 1]}"
		[ $i -eq 4 ] || printf '\f'
	done >text
	dedup --pages text >got
	not grep -q 'A book' got
	# What says the same but for a number stays, and so do copies.
	[ "$(grep -c 'Page' got)" -eq 4 ]
	printf '%s.\n\f%s.\n\f%s.\n\f%s %s.\n' "$a" "$b" "$a" "$c" 1 >text
	dedup --pages -b 3 text | cmp - text
	dedup --pages --only=exact text >got
	[ "$(grep -c "$a" got)" -eq 1 ]
}
must '--pages: what pages repeat goes, whatever their numbers' pages

# Groups and logs.

groups() {
	printf '%s.\n\n%s.\n' "$a" "$b" >1
	printf '%s.\n\n%s.\n' "$c" "$a" >2
	printf '%s.\n\n%s.\n' "$a" "$b" >3
	dedup --groups=g 1 2 3 | diff <(dedup 1 2 3) -
	[ "$(wc -l <g)" -eq 2 ]
	head -n 1 g | grep -Fqx '{"texts":3,"stays":{"file":"1","document":"1",'\
'"line":1,"offset":0},"copies":[{"reason":"exact","file":"2","document":"2",'\
'"line":3,"offset":'$((${#c} + 3))'},{"reason":"exact","file":"3",'\
'"document":"3","line":1,"offset":0}]}'
	dedup --groups=g --keep=last 1 2 3 >out
	grep -c '"stays":{"file":"3"' g | grep -qx 2
	# It is whole, or as it was.
	echo old >g
	exits 2 dedup --groups=g --max-removed=.01 -o out 1 2 3 2>err
	grep -qx old g
	exits 2 dedup --groups=1 1 2 3 2>err
	grep -q 'cannot write' err
}
must '--groups: a line for each text that has copies' groups

logs() {
	printf '%s.\n\n%s.\n' "$a" "$a" >text
	dedup --log=log text >want
	dedup --log=- -o got text | cmp - log
	cmp got want
	dedup --log=- --check text | cmp - log || true
	for kind in gz:gzip zst:zstd xz:xz; do
		command -v "${kind#*:}" >/dev/null || continue
		dedup "--log=log.${kind%:*}" text >got
		"${kind#*:}" -dc "log.${kind%:*}" | cmp - log
		# A log may be written over, and nothing else.
		dedup "--log=log.${kind%:*}" text >got
		"${kind#*:}" -c text >"no.${kind%:*}"
		exits 2 dedup "--log=no.${kind%:*}" text >got 2>err
		grep -q 'there is a file that is no log' err
	done
	dedup --log=/dev/stderr text 2>err >got
	cmp err log
}
must '--log: to standard output, and compressed by its suffix' logs

damaged() {
	seq 20000 | sed 's/$/ is a number of many, and more words follow/' |
	    gzip >a.gz
	head -c 20000 a.gz >b.gz
	printf '%s.\n' "$a" >text
	exits 2 dedup -o new text b.gz 2>err
	[ ! -e new ]
	grep -q 'new: not written, since an input is damaged' err
	echo old >there
	exits 2 dedup -o there b.gz 2>err
	grep -qx old there
	exits 2 dedup --output-dir=out text b.gz 2>err
	[ -e out/text ]
	[ ! -e out/b.gz ]
	[ "$(gzip -dc out/b.gz.part | wc -l)" -gt 100 ]
}
must 'a damaged .gz leaves no file that looks whole' damaged

sum_up
