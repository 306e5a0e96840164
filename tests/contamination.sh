#!/bin/bash
# contamination.sh: does --against find the questions of a benchmark, however
# they stand in a training set, and nothing else?  Benchmarks and training sets
# are made here, of words that no language has.
# shellcheck source=tests/must.sh
. "$(dirname "$0")/must.sh"

# make_corpus: bench.jsonl in the FORM asked for; train.jsonl, in which each of
# the 40 questions stands in each of 10 ways; and texts that stay, whose ids
# begin with "stays".
#
# FORM: plain, options, numbered, answered, parted (options behind a blank line)
make_corpus() {
	awk -v form="$1" '
	function random(n) {	# Park and Miller
		seed = (seed * 16807) % 2147483647
		return seed % n
	}
	function word(  s, n) {
		s = ""
		for (n = 2 + random(2); n > 0; n--)
			s = s substr("bdfgklmnprstvz", 1 + random(14), 1) \
			    substr("aeiou", 1 + random(5), 1)
		return s
	}
	function words(n,  s) {
		for (s = word(); n > 1; n--)
			s = s " " word()
		return s
	}
	function wrapped(s, most,  w, n, i, line, text) {
		n = split(s, w, " ")
		for (i = 1; i <= n; i++)
			if (line == "")
				line = w[i]
			else if (length(line) + length(w[i]) < most)
				line = line " " w[i]
			else {
				text = text line "\\n"
				line = w[i]
			}
		return text line
	}
	function quoted(s) {
		gsub(/\\n/, "\\n> ", s)
		return "> " s
	}
	function put(file, id, text) {
		printf "{\"id\":\"%s\",\"text\":\"%s\"}\n", id, text >file
	}
	function plant(id, way, text) {
		put("train.jsonl", "q" id "-" way, text)
		put("train.jsonl", "stays-" id "-" way, words(30) ".")
	}
	BEGIN {
		seed = 7
		for (i = 1; i <= 40; i++) {
			q = "Which " words(8 + random(12)) "?"
			if (i % 4 == 0)
				q = "The " words(9) ". " q
			for (k = 1; k <= 4; k++)
				o[k] = words(1 + random(3))
			lines = "A) " o[1] "\\nB) " o[2] "\\nC) " o[3] \
			    "\\nD) " o[4]
			if (form == "plain")
				b = q
			else if (form == "options")
				b = q "\\n" lines
			else if (form == "parted")
				b = q "\\n\\n" lines "\\n\\nAnswer: B"
			else if (form == "numbered")
				b = i ". " q "\\n" lines
			else
				b = "Question: " q " Answer: " o[2]
			put("bench.jsonl", "b" i, b)
			plant(i, "whole", q)
			plant(i, "quoted", quoted(wrapped(q, 60)))
			plant(i, "reflowed", wrapped(q, 40))
			plant(i, "options", q "\\nA. " o[2] "\\nB. " o[4])
			plant(i, "inside", words(9) ": " q " " words(12) ".")
			plant(i, "numbered", "12. " q)
			plant(i, "inline", q " (a) " o[1] " (b) " o[3])
			plant(i, "answered", "Q: " q " A: " o[2])
			plant(i, "list", wrapped("3. " q, 44) "\\nA) " o[3] \
			    "\\nB) " o[4])
			plant(i, "before", words(20) ".\\n\\n" q "\\n\\n" \
			    words(25) ".")
			# What is no copy: half of it, and some of its options.
			put("train.jsonl", "stays-half-" i,
			    words(9) " " substr(q, 1, 30) " " words(9) ".")
			put("train.jsonl", "stays-options-" i,
			    words(12) ":\\nA) " o[4] "\\nB) " o[1])
		}
	}' /dev/null
}

finds_all() {
	make_corpus "$1"
	shift
	[ "$(grep -c '"q' train.jsonl)" -eq 400 ]
	grep '"stays' train.jsonl >stays.jsonl
	dedup --against=bench.jsonl --drop-listed "$@" train.jsonl >got
	diff stays.jsonl got
}
for form in plain options numbered answered parted; do
	must "--against: each question is found in each way, and nothing else ($form)" \
	    finds_all $form
	must "--against: the same with several threads ($form)" \
	    finds_all $form -T3
	must "--against-ngram=8: the same ($form)" \
	    finds_all $form --against-ngram=8
done

names_it() {
	make_corpus numbered
	dedup --against=bench.jsonl --log=log train.jsonl >/dev/null
	for way in whole inside list; do
		grep "\"document\":\"q7-$way\"" log >of
		grep -q '"reason":"listed"' of
		grep -q '"witness":{"file":"bench.jsonl","document":"b7"' of
	done
}
must '--against: the log names the question' names_it

a='one two three four five six seven eight nine ten eleven twelve thirteen'
b='alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu'
c='red orange yellow green blue indigo violet white black grey pink brown'

ngrams() {
	printf '%s\n%s.\n' "$a" "$b" >ref
	printf 'Here stands %s and more.\n\nNext %s.\n' \
	    "${a#one two three }" "$c" >text
	dedup --against=ref text | cmp - text
	dedup --against=ref --against-ngram=11 text | cmp - text
	printf 'Next %s.\n' "$c" >want
	dedup --against=ref --against-ngram=10 --log=log text | diff want -
	grep -q '"similarity":0.7143,"witness":{"file":"ref","document":"ref","line":1,' log
	# From one line into the next one, and across a blank line.
	printf 'So %s %s.\n' "${a#*six }" "${b%% eta*}" >text
	dedup --against=ref --against-ngram=13 text | cmp - /dev/null
	printf '%s\n\n%s.\n' "$a" "$b" >ref
	dedup --against=ref --against-ngram=13 text | cmp - /dev/null
	dedup --against=ref --against-ngram=14 text | cmp - text
	for n in 4 101 x; do
		exits 2 dedup --against=ref --against-ngram=$n text 2>err
		grep -q 'not a whole number from 5 to 100' err
	done
}
must '--against-ngram: N words in a row are enough, N - 1 are not' ngrams

long_reference() {
	# A block longer than what is gathered, and a text longer than that.
	for i in {1..3000}; do
		echo "$i. What is $((i * 7)) of the $i things that are here?"
	done >ref
	printf 'So: what is 20300 of the 2900 things that are here? Yes.\n' >text
	dedup --against=ref text | cmp - /dev/null
	dedup --against=ref --against-ngram=9 -T2 text | cmp - /dev/null
	sed 's/$/\n/' ref >apart
	dedup --against=apart text | cmp - /dev/null
	cat ref apart | dedup --against=- text | cmp - /dev/null
}
must '--against: parts of a long reference text are found' long_reference

fields() {
	printf '{"question":"%s?","prompt":"x","text":"y"}\n' "$a" >r1.jsonl
	printf '{"question":"x","prompt":"%s?","text":"y"}\n' "$b" >r2.jsonl
	printf '%s?\n\n%s?\n\n%s?\n' "$a" "$b" "$c" >text
	printf '%s?\n' "$c" >want
	dedup --against=r1.jsonl --against-field=question \
	    --against=r2.jsonl --against-field=prompt text | diff want -
	printf '%s?\n\n%s?\n' "$b" "$c" >want
	dedup --against-field=question --against=r1.jsonl \
	    --against=r2.jsonl text | diff want -
	dedup --against=r1.jsonl --against=r2.jsonl text | cmp - text
	exits 2 dedup --against-field=question text 2>err
	grep -q -- '--against-field: needs --against=FILE' err
	exits 2 dedup --against=r1.jsonl --against-field=a --against-field=b \
	    text 2>err
	grep -q 'two of them for one --against' err
}
must '--against-field: each reference has its own field' fields

drops() {
	printf '%s?\n' "$a" >ref
	printf '{"text":"%s?\\n\\n%s."}\n{"text":"%s."}\n' "$a" "$b" "$c" \
	    >in.jsonl
	dedup --against=ref --drop-listed --log=log -s in.jsonl >got 2>err
	tail -n 1 in.jsonl | diff - got
	grep -q '"reason":"dropped","words":13' log
	grep -q 'dropped     1 documents' err
	# What is dropped is no copy for what comes later.
	printf '{"text":"%s."}\n' "$b" >>in.jsonl
	dedup --against=ref --drop-listed in.jsonl >got
	tail -n 2 in.jsonl | diff - got
	printf '%s?\n\n%s.\n' "$a" "$b" >text
	dedup --against=ref --drop-listed text | cmp - /dev/null
	exits 2 dedup --drop-listed text 2>err
	grep -q -- '--drop-listed: needs --against=FILE' err
}
must '--drop-listed: the whole document is dropped, and not remembered' drops

empty_ones() {
	printf '{"text":"%s"}\n{"text":"%s"}\n{"text":""}\n' "$a" "$a" >in.jsonl
	dedup --drop-empty in.jsonl >got
	head -n 1 in.jsonl | diff - got
	dedup in.jsonl >got
	[ "$(wc -l <got)" -eq 3 ]
}
must '--drop-empty: no document without words is left' empty_ones

phrases() {
	printf 'Sign up now\nAll rights reserved\n' >phrases
	printf 'Sign up now!\n\n%s.\n\nAll rights reserved.\n' "$a" >text
	printf '%s.\n' "$a" >want
	dedup -m 1 --against=phrases text | diff want -
}
must '-m 1 --against: known phrases, however short' phrases

sum_up
