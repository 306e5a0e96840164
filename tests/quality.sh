#!/usr/bin/env bash
# quality.sh: how well it finds what is to go, on corpora that are not in the
# tree, where they are there: see must.sh, SHARED.
# shellcheck disable=SC2317	# functions are called by name
# shellcheck source=tests/must.sh

. "$(dirname "$0")/must.sh"

# Of the names on standard input, which are wrong, not one may be.
none_wrong() {
	local name status=0
	while read -r name; do
		echo "wrong: $name"
		status=1
	done
	return $status
}

# Articles.

article() {	# NAME
	dedup "$shared/articles/raw/$1" | cmp - "$shared/articles/clean/$1"
	dedup "$shared/articles/clean/$1" | cmp - "$shared/articles/clean/$1"
}
if [ -d "$shared/articles" ]; then
	for file in "$shared"/articles/raw/*; do
		must "article ${file##*/} becomes clean, and stays so" \
		    article "${file##*/}"
	done
else
	must 'articles become clean' skip 'no shared/articles'
fi

# What stood apart may stand together then: at most 0.1 % of the bytes.
second_pass() {	# OUTPUT [OPTION]...
	local before after
	before=$(wc -c <"$1")
	dedup -q "${@:2}" "$1" >again
	after=$(wc -c <again)
	echo "figure: a second pass removes $((before - after)) of $before bytes"
	[ $(((before - after) * 1000)) -le "$before" ]
}

articles_together() {
	[ -d "$shared/articles" ] || skip 'no shared/articles'
	dedup --log=log "$shared"/articles/raw/* >out
	"$python" "$tests/rebuild.py" out log "$shared"/articles/raw/* |
	    cmp - <(cat "$shared"/articles/raw/*)
	second_pass out
	# Of each line that went, four words in five stand in what stayed.
	"$python" - out log <<-'END'
		import json, re, sys
		split = lambda s: re.findall(r"\w+", s.casefold())
		lines = [split(l) for l in open(sys.argv[1], encoding="utf-8")]
		lines = [l for l in lines if l]
		# A cut-off lead may be said by several lines in turn.
		kept = [set(sum(lines[i:i + n], []))
		        for n in (1, 8) for i in range(len(lines))]
		for removal in map(json.loads, open(sys.argv[2])):
		    for text in "".join(span["text"] for span in
		                        removal["removed"]).split("\n"):
		        words = set(split(text))
		        share = max(len(words & k) for k in kept)
		        assert share >= 0.8 * len(words), (share, text)
	END
}
must 'articles as one corpus: nothing is lost that stands nowhere else' \
    articles_together

# Pages with copies that were put there.

planted() {	# LEAST F1, SCORE'S OPTION OR '', [OPTION]...
	[ -d "$shared/planted" ] || skip 'no shared/planted'
	dedup -f jsonl "${@:3}" "$shared/planted/docs.jsonl" >out
	"$python" "$shared/planted/score.py" "$shared/planted/docs.jsonl" \
	    "$shared/planted/labels.jsonl" out ${2:+"$2"} >score
	sed 's/^precision/figure: &/' score
	# With -t a text may go for one that is only like it: see dedup(1).
	awk -v least="$1" -v may_lose="${2:+1}" '
		NR > 1 && $2 > 0 && $1 != "precision" && $3 < 0.97 { bad = 1 }
		$1 == "precision" {
			lost = $8
			sub("/.*", "", lost)
			if ($6 < least || (lost > 0 && !may_lose) || $10 > 0)
				bad = 1
			seen = 1
		}
		END { exit bad || !seen }' score
	second_pass out -f jsonl "${@:3}"
}
must 'planted: F1 0.9995, each kind 0.97, nothing lost, a second pass 0.1 %' \
    planted 0.9995 ''
must 'planted: with -t .8, F1 0.995 of what is similar, too' \
    planted 0.995 --similar -t .8

# Pairs of which the second says something else, or only what the first says.

facts() {	# NAME
	[ -e "$shared/facts/$1.jsonl" ] || skip 'no shared/facts'
	"$python" "$shared/facts/score.py" "$shared/facts/$1.jsonl" "$DEDUP" \
	    --show >said
	tail -n 1 said | sed 's/^/figure: /'
	# keep R/N kept, drop R/N gone
	tail -n 1 said | tr / ' ' | awk '{ ok = $2 > 0 && $2 == $3 &&
		$6 >= .95 * $7 } END { exit !ok }' && return
	grep -A 2 '^WRONG' said || true
	echo "$1" | none_wrong
}
for name in pairs signs; do
	must "facts: of $name all that says more stays, 95 % of the rest go" \
	    facts $name
done

# Cases that were reported.

reports() {
	[ -e "$shared/reports/run.py" ] || skip 'no shared/reports'
	"$python" "$shared/reports/run.py" "$DEDUP" >said || true
	grep '^right [1-9]' said | sed 's/^/figure: /'
	sed -n 's/^differs: //p' said | none_wrong
}
must 'reports: each comes out as it was wanted' reports

# Lists, a line each, of which some stand there again.

lists() {
	[ -e "$shared/bench/lines.sh" ] || skip 'no shared/bench'
	bash "$shared/bench/lines.sh" "$DEDUP" >said
	[ "$(grep -c ': distinct [1-9]' said)" -ge 10 ]
	# KIND: distinct N, dedup keeps N, -u line keeps N
	tr -d , <said | awk '$3 != $6 || $3 != $10 {
		sub(":", "", $1); print $1 }' >wrong
	cat said
	none_wrong <wrong
}
must 'lines: as many stay as are distinct, with -u line and without' lists

# Removals of each file for itself.
sentences() {	# FILE...
	[ -e "$shared/bench/sentences.py" ] || skip 'no shared/bench'
	"$python" "$shared/bench/sentences.py" "$DEDUP" "$@" >said
	sed 's/^/figure: /' said
	awk 'NR == 1 && $3 > 0 && $1 <= 0.01 * $3 { ok = 1 } END { exit !ok }' \
	    said
}
licences() {
	local files=(/usr/share/doc/*/copyright)
	[ -e "${files[9]:-}" ] || skip 'no /usr/share/doc/*/copyright'
	sentences "${files[@]}"
}
must 'removals neither begin nor end in the middle of a sentence: licences' \
    licences

sum_up
