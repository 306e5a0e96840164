#!/usr/bin/env bash
# report.sh: what must hold of --report, the page that shows what was removed:
# see must.sh.  Some of it is tried in Chromium, where that is installed.
# shellcheck disable=SC2317	# functions are called by name
# shellcheck source=tests/must.sh

. "$(dirname "$0")/must.sh"

look() {	# WHAT PAGE [ARGUMENT]...
	"$python" "$tests/report_page.py" "$@"
}

# Articles and pages of all kinds, with copies of each other.
some_files() {
	mkdir in
	for i in 1 2 3; do
		for f in "$fixtures"/{article,menu,lead,headings,near,song}.in; do
			[ ! -e "$f" ] ||
			    { cat "$f"; echo; echo "Number $i it is, that one."; } \
			    >"in/$i$(basename "$f" .in)"
		done
	done
}

some_records() {	# NUMBER: 40 paragraphs, some of them similar
	"$python" - "$1" <<'END'
import json, random, sys
rnd = random.Random(5)
word = ["w" + chr(97 + i // 26 % 26) + chr(97 + i % 26) + chr(97 + i // 676)
        for i in range(3000)]
old = []
for i in range(int(sys.argv[1])):
    parts = []
    for _ in range(8):
        if old and rnd.random() < .4:
            p = rnd.choice(old)
            if rnd.random() < .3:
                p = p.split()
                p[rnd.randrange(len(p))] = rnd.choice(word)
                p = " ".join(p)
        else:
            p = " ".join(rnd.choice(word) for _ in range(30)) + "."
            old.append(p)
        parts.append(p)
    print(json.dumps({"id": f"site{i % 7}/{i}", "text": "\n\n".join(parts)}))
END
}

beside() {
	some_files
	dedup in/* >without
	dedup in/* --report=page >with
	cmp without with
	not dedup in/* --report=page --check
	dedup --diff in/* >without
	dedup --diff in/* --report=page >with
	cmp without with
	dedup in/* --report=page --min-doc-words=30 >with
	dedup in/* --min-doc-words=30 >without
	cmp without with
	grep -q 'Short documents' page
}
must 'a report changes nothing of the output' beside

figures() {
	some_files
	dedup -s --json in/* --report=page >/dev/null 2>stats
	look counts page stats
	look policy page
	some_records 300 >in.jsonl
	dedup -t .8 -s --json in.jsonl --report=page >/dev/null 2>stats
	look counts page stats
	look policy page
}
must 'a report has the figures of --json' figures

same_page() {
	some_records 400 >in.jsonl
	dedup -t .8 in.jsonl --report=one >/dev/null
	dedup -t .8 in.jsonl --report=two >/dev/null
	cmp one two
	dedup -t .8 -T 4 in.jsonl --report=two >/dev/null
	cmp one two
	sed 's/site/Site/' in.jsonl >other.jsonl
	dedup -t .8 other.jsonl --report=two >/dev/null
	not cmp -s one two
}
must 'the same input gives the same report, with any number of threads' \
    same_page

logged() {	# INPUT OPTION...
	dedup "${@:2}" "$1" --report=page --log=log >/dev/null
	look samples page log
	look policy page
}

samples() {
	some_records 400 >in.jsonl
	logged in.jsonl -t .8
	grep -q '<del>.*<b>w' page	# words that differ
}
must 'samples are removals of the log, with the copy that stays' samples

of_text() {
	some_records 200 | "$python" -c '
import json, sys
for line in sys.stdin:
	print(json.loads(line)["text"] + "\n=====")' >in
	logged in --document-separator=====
	logged - --document-separator===== <in
	cp in again
	logged again --document-separator===== --in-place
	grep -c '<mark>' page
	not grep 'no longer at hand' page
}
must 'samples of text have their copies: of files, a pipe, in place' of_text

of_compressed() {
	needs gzip
	some_records 100 | gzip >in.jsonl.gz
	logged in.jsonl.gz
	not grep 'no longer at hand' page
}
must 'samples of compressed records have their copies' of_compressed

of_warc() {
	for i in 1 2 3 4 5 6; do
		text=$(printf 'This paragraph is on each page of it, word by word.
\nAnd this one is on page %s of %s pages, nowhere else.' $i $i$i)
		printf 'WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:a:%s>\r
WARC-Target-URI: http://www.host%s.example/%s\r\nContent-Length: %s\r\n\r\n%s\r\n\r\n' \
		    $i $((i % 2)) $i ${#text} "$text"
	done >in.warc
	dedup in.warc --report=page >/dev/null
	look policy page
	grep -q '<bdi>host1.example</bdi>' page
	grep -q 'http://www.host0.example/4' page
	grep -q '<mark>This paragraph' page
	grep -q 'And this one is on page 1 of 11' page	# what stands after it
}
must 'samples of WARC have their copies, sources their hosts' of_warc

no_copy() {
	printf 'one two three four five six\n' >known
	dedup --save=table known >/dev/null
	dedup --load=table known --report=page >/dev/null
	look policy page
	grep -q 'no longer at hand' page
	grep -q 'of table <bdi>table</bdi>' page
}
must 'a copy in a table is named' no_copy

# Where to look first.

warned() {	# TEXT
	grep -q "$1" page || { sed -n '/id="look"/,/section>/p' page; return 1; }
}

warnings() {
	line='All of the text of this page is on each of the others as well.'
	mkdir -p good bad
	for i in {1..60}; do
		for j in {1..8}; do
			echo "Page $i has sentence $j, and no other page has it, $i$j."
			echo
		done >"good/$i"
		printf '%s\n%s\n' "$line" \
		    "$line It goes on for a while, so that there is enough of it: \
yes, for more than two hundred bytes, which takes a few more words than that." \
		    >"bad/$i"
	done
	dedup good/* bad/{1..9} --report=page >/dev/null
	look policy page
	warned '8 documents lost more than 90 %'
	warned '1 source lost more than five times the mean'
	warned '<bdi>bad</bdi>'
	not warned 'Nothing stands out' >/dev/null
	dedup good/* --report=page >/dev/null
	warned 'Nothing stands out'
	warned 'Nothing was removed'
	for i in {1..600}; do
		printf 'This is number %s of many lines.\n\n%s\n\n' "$i" "$line"
	done >in
	dedup in --report=page >/dev/null
	warned '1 text took out more than 1 % of all removals'
	warned 'All of the text of this page'
	for i in 1 2 3 4 5; do
		printf 'Number %s.\n\n' $i
		printf '%s\n' 'The gulls came in above the quay' \
		    'And circled where the nets were hung' \
		    'No boat was out that night but ours' \
		    'Nor any song but this was sung' ''
	done >in
	dedup in --report=page >/dev/null
	warned 'look like verse'
	some_records 200 >in.jsonl
	dedup -t .8 in.jsonl --report=page >/dev/null
	warned 'removals rest on similarity alone'
	cat in.jsonl in.jsonl >twice.jsonl
	dedup twice.jsonl --report=page >/dev/null
	warned 'More than half of the text was removed'
}
must 'a report warns of what a person should look at' warnings

# The file.

keeps_file() {
	echo precious >page
	printf 'one two three four five six\n' >in
	fails 'page: cannot write: there is a file that is no report' \
	    dedup in --report page
	[ "$(cat page)" = precious ]
	: >page
	dedup in --report page >/dev/null
	cp page old
	dedup in in --report page >/dev/null
	not cmp -s old page
	fails 'page: cannot write: it is an input file too' \
	    dedup in page --report=page
	fails 'p: cannot write: it is the log too' \
	    dedup in --log=p --report=p
	fails 'p: cannot write: it is the output too' \
	    dedup in -o p --report=p
	fails 'not the name of a file' dedup in --report=-
	fails 'is not compressed' dedup in --report=page.html.gz
	fails 'no/page: cannot open' dedup in --report=no/page
	for with in --top=3 '--counts-only --save=t'; do
		# shellcheck disable=SC2086	# words
		not dedup in --report=p $with
		[ ! -e p ]
	done
}

fails() {	# MESSAGE COMMAND...
	local status=0
	"${@:2}" >out 2>err || status=$?
	[ $status -eq 2 ]
	grep -qF "$1" err || { cat err; return 1; }
}
must 'a report replaces no file that is no report' keeps_file

of_refused() {
	printf 'one two three four five six\n' >in
	not dedup in in --max-removed=.1 -o out --report=page
	[ ! -e out ]
	look policy page
	grep -q '<p class="big">50.0' page
}
must 'a run that --max-removed stops has its report' of_refused

breaks_off() {
	printf 'one two three four five six\n' >in
	dedup in --report=page >/dev/null
	cp page old
	not dedup in in --report=page -o /dev/full
	cmp page old
	[ "$(find . -type f | wc -l)" -eq 3 ]
	[ ! -e /dev/full ] || fails '/dev/full: cannot write' \
	    dedup in --report=/dev/full
}
must 'a run that fails leaves the report that was there' breaks_off

# Hostile text.

hostile() {	# JSONL, and what would set a flag if it ran
	"$python" - <<'END'
import json, sys
flag = "document.documentElement.setAttribute('data-owned','1')"
bad = [
    f"<script>{flag}</script>", f"</p></del></script><script>{flag}</script>",
    f"<img src=x onerror=\"{flag}\">", f"\"><svg onload=\"{flag}\">",
    f"'><svg onload='{flag}'>", f"<!--><script>{flag}</script>-->",
    f"</style><script>{flag}</script>", f"</textarea><script>{flag}</script>",
    f"<![CDATA[><script>{flag}</script>]]>", f"&lt;script&gt;{flag}",
    f"\u202e<script>{flag}</script>\u2066", f"\x00\x1b[2J\x7f\x9b<b>\u2028",
    f"<meta http-equiv=refresh content=\"0;url=javascript:{flag}\">",
    f"<base href=//evil.example><a href=\"javascript:{flag}\">x</a>",
    f"<style>*{{display:none}}</style>", "\ud800\udfff", "Z" + "\u0316" * 500,
]
for i, b in enumerate(bad * 3):
    text = f"{b} one two three four five six seven eight nine ten {b}"
    print(json.dumps({"id": f"{b}/{i}", "text": f"{text}\n\nonly {i} here"}))
END
}

harmless() {
	hostile >in.jsonl
	dedup -t .7 in.jsonl --report=page >/dev/null
	look policy page
	grep -q 'U+202E' page
	not grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xe2\x80[\xa8-\xae]' page
	# Bytes that are no text, names, a text of 10 MB in one line.
	{
		head -c 100000 /dev/urandom
		printf '\n\n<b>%s\xff\xfe</b>\n' "one two three four five six"
		printf '\n\n<b>%s\xff\xfe</b>\n' "one two three four five six"
		printf '\n<script>%10000000d\n\n<script>%10000000d\n' 1 1
	} >'<img src=x>"'
	dedup -a '<img src=x>"' --report=page >/dev/null
	look policy page
}
must 'hostile text is shown harmless' harmless

within_bounds() {
	"$python" - <<'END' >in.jsonl
import json
for i in range(3000):
    name = "<&\"'\u202e" * 400 + str(i % 1500)
    text = [("&<\"'\u202e>" * 60 + f" {j} {(i * 7 + j) % 900} w x y z\n") * 3
            for j in range(4)]
    print(json.dumps({"id": name, "text": "\n".join(text)}))
END
	dedup -t .5 in.jsonl --report=page >/dev/null
	[ "$(wc -c <page)" -le 400000 ]
	look policy page
	grep -q '</html>' page
}
must 'a report has at most 400 kB, whatever is in it' within_bounds

# In a browser.

chromium=$(command -v chromium || command -v chromium-browser ||
    command -v google-chrome)

browse() {	# PAGE WIDTH [OPTION]...: the document after its scripts ran
	[ -n "$chromium" ] || skip 'no chromium'
	timeout 300 "$chromium" --headless=new --no-sandbox --disable-gpu \
	    --user-data-dir="$PWD/user" --virtual-time-budget=60000 \
	    --window-size="$2,900" "${@:3}" --dump-dom "file://$PWD/$1" 2>err ||
	    { cat err; skip 'chromium does not run here'; }
}

nothing_runs() {
	hostile >in.jsonl
	dedup -t .7 in.jsonl --report=page.html >/dev/null
	browse page.html 1280 >dom
	# Its own script ran, and nothing else.
	grep -q '<output [^>]*>[0-9]* of [0-9]* shown' dom
	not grep -q '<html[^>]*data-owned' dom
	# The flag would be seen.
	printf '<!doctype html><script>%s</script>' \
	    "document.documentElement.setAttribute('data-owned','1')" >bad.html
	browse bad.html 1280 >dom
	grep -q '<html[^>]*data-owned' dom
	# Nor does a script that is put into the page.
	sed 's|</body>|<script>document.documentElement.setAttribute(\
	    "data-owned","1")</script></body>|' page.html >bad.html
	not cmp -s bad.html page.html
	browse bad.html 1280 >dom
	not grep -q '<html[^>]*data-owned' dom
}
must 'no text runs as a script in Chromium' nothing_runs

# axe-core: AXE=.../axe.min.js, or of npm, or of a Python package that has it.
find_axe() {
	[ -z "${AXE:-}" ] || return 0
	if command -v npm >/dev/null; then
		npm install --silent --no-audit --no-fund axe-core@4 ||
		    skip 'npm does not get axe-core'
		AXE=node_modules/axe-core/axe.min.js
		return
	fi
	if ! "$python" -m venv venv ||
	    ! venv/bin/pip download -q --no-deps \
		axe-playwright-python==0.1.8; then
		skip 'no axe-core'
	fi
	"$python" -m zipfile -e ./*.whl wheel
	AXE=wheel/axe_playwright_python/axe.min.js
}

accessible() {
	[ -n "$chromium" ] || skip 'no chromium'
	find_axe
	some_records 300 >in.jsonl
	dedup -t .8 in.jsonl --report=page >/dev/null
	look strip page "$AXE" >wide.html
	some_files
	dedup in/* --report=page >/dev/null
	look strip page "$AXE" >files.html
	browse wide.html 1280 >dom
	look axe dom
	browse wide.html 500 --blink-settings=preferredColorScheme=0 >dom
	look axe dom
	browse files.html 1280 --blink-settings=preferredColorScheme=0 >dom
	look axe dom
}
must 'axe-core finds nothing to mend in a report' accessible

sum_up
