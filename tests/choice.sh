#!/bin/bash
# choice.sh: which rules remove, and which copy stays: --only, --except and
# --keep=last.
# shellcheck source=tests/must.sh disable=SC2210,SC2002,SC2094 # names; pipes
. "$(dirname "$0")/must.sh"

a='Arrows fly over the old castle wall at dawn today'
b='Boats bring bread to the houses behind the dyke'
c='Clouds hang low over the hills where nobody lives'
d='Drums are heard from the far side of the river'

# A text with one removal for each reason.
make_texts() {
	printf '%s.\n' "$d" >ref
	cat >text <<-END
	$a.

	$b and ...

	$b and the mayor waits there.

	Home page

	Home page

	$a.

	$c in winter (photo: Ada).

	$c in winter.

	$d.
	END
}

reasons() {	# OPTION...
	dedup --against=ref --log=log "$@" text >/dev/null
	sed 's/.*"reason":"\([a-z]*\)".*/\1/' log | sort | tr '\n' ' '
}

says() {	# WANT OPTION...
	local want=$1
	shift
	[ "$(reasons "$@")" = "$want " ]
}

only() {
	make_texts
	says 'exact lead listed near repeat'
	says exact --only=exact
	says near --only=near
	says repeat --only=repeat
	says lead --only=lead
	says listed --only=listed
	says 'lead listed' --only=lead,listed
	for n in exact near repeat lead listed; do
		dedup --against=ref --only=$n text >once
		dedup --against=ref --only=$n once | cmp - once
	done
	exits 2 dedup --only=exakt text 2>err
	grep -q -- '--only: exakt: not a list of exact, near, similar, ' err
}
must '--only: what is removed is removed for these reasons alone' only

except() {
	make_texts
	says 'exact listed near repeat' --except=lead
	says 'exact near repeat' --except=listed,lead
	says exact --only=exact,near --except=near
	exits 2 dedup --only=lead --except=lead text 2>err
	grep -q -- '--except: leaves no reason' err
	exits 2 dedup --except= text 2>err
	grep -q -- '--except: : not a list of exact' err
}
must '--except: for all reasons but these' except

boilerplate() {
	for i in 1 2 3; do
		printf 'Menu\n\n%s %s.\n\n%s.\n' "$b" $i "$a" >"page$i"
	done
	dedup -b 3 page? | diff <(printf "$b %s.\n" 1 2 3) -
	dedup -b 3 --except=boilerplate page? | diff <(dedup page?) -
	dedup -b 3 --only=near page? | diff <(cat page?) -
}
must '--except=boilerplate: as without -b' boilerplate

headings() {
	printf 'News\n\n%s.\n' "$a" >1
	printf '%s.\n\nNews\n\n%s.\n' "$c" "$a" >2
	dedup 1 2 | diff <(printf 'News\n\n%s.\n%s.\n' "$a" "$c") -
	dedup --only=exact 1 2 | diff <(dedup 1 2) -
	dedup --except=heading 1 2 |
		diff <(printf 'News\n\n%s.\n%s.\n\nNews\n' "$a" "$c") -
}
must '--except=heading: a heading stays though its text goes' headings

# The rule that is left out does not stand in the way of the next one.
next_rule() {
	printf '%s ...\n\n%s in spring.\n\n%s ...\n' "$b" "$b" "$b" >text
	dedup --log=log text >/dev/null
	grep -c '"reason":"lead"' log | grep -qx 1
	printf '%s.\n\n%s ...\n\n%s in spring.\n' "$b" "$b" "$b" >text
	dedup --except=lead --log=log text >/dev/null
	grep -q '"reason":"exact"' log
}
must '--except: another rule may still apply' next_rule

last() {
	printf '%s.\n\n%s.\n' "$a" "$b" >old
	printf '%s.\n\n%s.\n' "$c" "$a" >middle
	printf '%s.\n\n%s.\n' "$a" "$d" >new
	printf '%s.\n%s.\n%s.\n\n%s.\n' "$b" "$c" "$a" "$d" >want
	dedup --keep=last --log=log old middle new | diff want -
	[ "$(grep -c '"witness":{"file":"new","document":"new","line":1,' log)" \
	    -eq 2 ]
	# From a pipe, which is read twice, and with threads.
	cat old middle new >all
	cat all | dedup --keep=last --document-separator=x >got
	dedup --keep=last -T3 --document-separator=x all | cmp - got
	# What is near goes as always, and names the copy that stays.
	printf '%s in the rain (photo: Ada).\n' "$b" >1
	printf '%s in the rain.\n' "$b" >2
	cp 1 3
	dedup --keep=last --log=log 1 2 3 | diff 3 -
	grep -q '"file":"2".*"reason":"near".*"witness":{"file":"3"' log
	grep -q '"file":"1".*"reason":"exact".*"witness":{"file":"3"' log
}
must '--keep=last: the last copy stays, and is the witness' last

last_headings() {
	printf 'News\n\n%s.\n' "$a" >1
	printf 'News\n\n%s.\n' "$a" >2
	dedup --keep=last 1 2 | cmp - 2
	# The last copy has no heading: one of the others stays.
	printf '%s.\n' "$a" >3
	dedup --keep=last 1 2 3 | grep -c '^News$' | grep -qx 1
	dedup --keep=last 1 2 3 | grep -c "$a" | grep -qx 1
}
must '--keep=last: a heading goes only with a text, and is not lost' \
    last_headings

# Whatever the input: as much stays as with the first copy, text by text.
last_of_many() {
	for i in {1..60}; do
		for k in $((i % 7)) $((i * i % 11)) $((i % 5)) $((i + 20)); do
			printf 'Text number %s of all that %s says here.\n\n' \
			    $k $((k * 31))
		done >"page$i"
	done
	dedup page{1..60} | sort >first
	dedup --keep=last page{1..60} | sort | diff first -
	tac <(for i in {1..60}; do echo "page$i"; done) |
		dedup --files-from=- | sort | diff first -
	for i in {60..1}; do echo "page$i"; done | dedup --files-from=- \
	    --output-dir=mirror
	dedup --keep=last --output-dir=last page{1..60}
	# Whole units of the mirrored order stay where the last ones do.
	for i in {1..60}; do
		diff <(sort "mirror/page$i") <(sort "last/page$i")
	done
}
must '--keep=last: it is as if the files came in the other order' last_of_many

refusals() {
	printf '%s.\n' "$a" >text
	for o in --min-doc-words=3 --drop-empty; do
		exits 2 dedup --keep=last $o text 2>err
		grep -q -- "--min-doc-words: not with --keep=last" err
	done
}
must '--keep=last: not with what drops documents' refusals

sum_up
