#!/usr/bin/env bash
# library.sh: what must hold of libdedup as others use it: dedup.h, what is
# installed, the programs in dedup(3), the ABI: see must.sh.
# shellcheck disable=SC2317	# functions are called by name
# shellcheck source=tests/must.sh

. "$(dirname "$0")/must.sh"

page=$root/man/dedup.3
shared=$root/build/libdedup.so

# These need the build of the whole, not just a binary.
[ "$DEDUP" = "$root/dedup" ] && whole=yes || whole=no

needs_whole() {
	[ "$whole" = yes ] || skip 'another binary'
	[ -e "$page" ] || skip 'no man/dedup.3'
}

make_here() {	# TARGET [VARIABLE=VALUE]...
	"${MAKE:-make}" -s -C "$root" "$@"
}

# dedup.h.

declared() {	# the functions that the library has, one a line
	"${CC:-cc}" -E -P "$root/dedup.h" |
	    awk -v RS=';' 'match($0, /dedup_[a-z_]+\(/) {
		print substr($0, RSTART, RLENGTH - 1) }' | sort
}

macros() {	# those that are called as functions are
	sed -n 's/^#define \(dedup_[a-z_]*\)(.*/\1/p' "$root/dedup.h"
}

exports() {
	needs_whole
	needs nm
	nm -D --defined-only "$shared" | awk '{ print $3 }' |
	    sort >names
	grep -qx dedup_new names
	not grep -v '^dedup_' names
	declared | diff - names
}
must 'libdedup.so exports what dedup.h declares, nothing else' exports

as_language() {	# COMPILER FLAG...
	needs "$1"
	printf '#include <dedup.h>\n#include <dedup.h>\n' >it
	"$@" -Wall -Wextra -Werror -pedantic -fsyntax-only -I"$root" it
}
must 'dedup.h is C11, by itself' as_language "${CC:-cc}" -std=c11 -x c
must 'dedup.h is C++17, by itself' as_language "${CXX:-g++}" -std=c++17 -x c++

line_width() {
	not grep -n '.\{81,\}' <(expand "$root/dedup.h")
}
must 'dedup.h has 80 columns' line_width

# dedup(3).

synopsis() {
	needs_whole
	needs mandoc
	mandoc -T ascii "$page" | sed 's/.\x08//g' >text
	{
		echo '#include <dedup.h>'
		macros | sed 's/^/#undef /'
		sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' text | sed '1d;$d'
	} >synopsis.c
	"${CC:-cc}" -std=c11 -Wall -Wextra -Werror -fsyntax-only -I"$root" \
	    synopsis.c
}
must 'dedup(3) declares functions as dedup.h does' synopsis

names_all() {
	needs_whole
	{
		declared | grep -v '_fill$'
		macros
	} | sort >want
	sed -n 's/^\.Nm \(dedup_[a-z_]*\).*/\1/p' "$page" | sort | diff want -
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESC/s/^\.F[no] \(dedup_[a-z_]*\).*/\1/p' \
	    "$page" | sort | diff want -
	grep -o '\<DEDUP_[A-Z_]*' "$root/dedup.h" | sort -u |
	    grep -vx 'DEDUP_\(H\|API\)' >names
	while read -r name; do
		grep -q "\<$name\>" "$page" || not echo "no $name"
	done <names
}
must 'dedup(3) names every function and constant of dedup.h' names_all

fields() {
	needs_whole
	"${CC:-cc}" -E -P "$root/dedup.h" |
	    awk '/^struct dedup_[a-z_]* *{/ { on = 1; next } /^}/ { on = 0 } on' |
	    sed 's/([^()]*);$/;/' | tr -d '()*;,' |
	    sed 's/\[[^]]*\]//g; s/^ *\(const \)\?\(struct \|enum \)\?[A-Za-z0-9_]* //' |
	    tr -s ' ' '\n' | sort -u >names
	grep -qx boilerplate_share names
	while read -r name; do
		grep -q "\<$name\>" "$page" || not echo "no $name"
	done <names
}
must 'dedup(3) names every field of a struct' fields

program() {	# NAME: as it stands in the page
	awk -v begin=".\\\\\" program: $1.c" '$0 == begin { on = 1; next }
		/^\.\\" end$/ { on = 0 }
		on && !/^\.[BE]d/' "$page" |
	    sed 's/\\e/\\/g; s/\\&//g; s/\\(aq/'"'"'/g; s/\\-/-/g' >"$1.c"
	grep -q '^main(' "$1.c"
}

compile() {	# NAME FLAG...
	program "$1"
	"${CC:-cc}" -std=c11 -Wall -Wextra -Werror -fno-lto -o "$1" "$1.c" "${@:2}"
}

line1='The storm left 12,000 homes without power on Monday.'
line2='Men in boats brought bread to the houses behind the dyke.'
line3='Nobody had seen such water since the year of the flood.'
footer='Sign up for our newsletter and never miss a story.'

run_clean() {
	printf '%s\n\n' "$line1" "$line2" "$line1" >a
	printf '%s\n\n' "$line1" "$line2" >want
	"$DEDUP" a | diff want -
	./clean <a | diff want -
	./clean </dev/null | cmp - /dev/null
}

run_pieces() {
	for i in {1..4000}; do
		printf '%s\n\n' "$line1" "The number of this line is now $i." \
		    "$line2 $((i % 1000))"
	done >a
	[ "$(wc -c <a)" -gt 300000 ]
	"$DEDUP" a >want
	[ "$(wc -c <want)" -lt 250000 ]
	./pieces <a | cmp want -
	(head -c 100000 a; sleep 0.1; tail -c +100001 a) | ./pieces |
	    cmp want -
	./pieces </dev/null | cmp - /dev/null
}

run_batch() {
	printf '%s\n\n' "$line1" "$line2" >a
	printf '%s\n\n' "$line3" "$line2" >b
	printf '%s\n' "$line3" "$line1 (Ada Brink)" >c
	printf '%s\n' 'b:3: exact, see a:3' 'c:1: exact, see b:1' >want
	./batch a b c | diff want -
	exits 1 ./batch a nowhere 2>/dev/null
}

run_common() {
	printf '%s\n\n' "$line1" "$footer" >a
	printf '%s\n\n' "$footer" "$line2" "$line1" >b
	printf '%s\n\n' "$line3" "$footer" >c
	for name in a b c; do
		echo "$name, in 3 files: $footer"
	done >want
	./common a b c | diff want -
	./common a b | cmp - /dev/null
}

run_known() {
	printf '%s\n\n' "$line1" "$line2" >a
	printf '%s\n\n' "$line3" "$line2" "$line3" >b
	printf '%s\n\n' "$line3" "$line1" >c
	./known t a >got
	./known t b >>got
	./known t c >>got
	printf 'line %d: known from %s, line %d\n' 3 a 3 5 b 1 1 b 1 3 a 1 |
	    diff - got
	"$DEDUP" --test t
	printf 'no table' >t
	exits 1 ./known t a 2>err
	grep -q '^t: ' err
	[ "$(cat t)" = 'no table' ]
}

programs=(clean pieces batch common known)

has_these() {
	needs_whole
	sed -n 's/^\.\\" program: \(.*\)\.c$/\1/p' "$page" |
	    diff <(printf '%s\n' "${programs[@]}") -
}
must 'each program in dedup(3) is run here' has_these

with_archive() {	# NAME
	local libs
	needs_whole
	read -ra libs <<<"$("${PKG_CONFIG:-pkg-config}" --libs libutf8proc)"
	compile "$1" -I"$root" "$root/libdedup.a" "${libs[@]}" -pthread
	"run_$1"
}
for name in "${programs[@]}"; do
	must "dedup(3): $name.c compiles and runs, with libdedup.a" \
	    with_archive "$name"
done

installs() {
	local stage=$PWD/stage lib=$PWD/stage/opt/dedup/lib
	needs_whole
	make_here install DESTDIR="$stage" PREFIX=/opt/dedup
	[ -x "$stage/opt/dedup/bin/dedup" ]
	[ -e "$lib/libdedup.so" ]
	[ -e "$stage/opt/dedup/share/man/man3/dedup.3" ]
	grep -qx 'prefix=/opt/dedup' "$lib/pkgconfig/libdedup.pc"
	[ -z "$(find stage -path stage/opt/dedup -prune -o -type f -print)" ]
	make_here uninstall DESTDIR="$stage" PREFIX=/opt/dedup
	[ -z "$(find stage ! -type d)" ]
}
must 'make uninstall removes what make install brought' installs

soname() {
	needs readelf
	readelf -d "$1" | sed -n 's/.*soname: \[\(.*\)\]/\1/p'
}

with_installed() {
	local prefix=$PWD/prefix flags name want
	needs_whole
	make_here install PREFIX="$prefix"
	export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
	read -ra flags <<<"$(pkg-config --cflags --libs libdedup)"
	for name in "${programs[@]}"; do
		compile "$name" "${flags[@]}"
		LD_LIBRARY_PATH=$prefix/lib "run_$name"
		rm -f t		# known's
	done
	want=$(soname "$prefix/lib/libdedup.so")
	readelf -d clean | grep -Fq "[$want]"
	[ -e "$prefix/lib/$want" ]
	[ "$(pkg-config --modversion libdedup)" = \
	    "$(sed -n 's/^#define DEDUP_VERSION "\(.*\)"/\1/p' \
	    "$prefix/include/dedup.h")" ]
}
must 'dedup(3): all compile and run with what is installed' with_installed

with_static() {
	local prefix=$PWD/prefix flags name
	needs_whole
	make_here install PREFIX="$prefix"
	export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
	read -ra flags <<<"$(pkg-config --static --cflags --libs libdedup)"
	for name in "${programs[@]}"; do
		compile "$name" -static "${flags[@]}" ||
		    skip 'no static libraries'
	done
	run_clean
}
must 'dedup(3): all link with --static' with_static

# The ABI.  Where this fails on purpose before a release: make abi.

abi() {
	local name before
	needs_whole
	needs abidw abidiff readelf
	readelf -S "$shared" | grep -q '\.debug_info' ||
	    skip 'libdedup.so has no debug information'
	name=$(soname "$shared")
	before=$(find "$tests/abi" -name "libdedup-${name#libdedup.so.}.*.abi" |
	    sort -V | tail -n 1)
	[ -n "$before" ] || skip "$name was not released yet"
	make_here abi ABI="$PWD/now.abi"
	[ "$(grep -o "architecture='[^']*'" now.abi)" = \
	    "$(grep -o "architecture='[^']*'" "$before")" ] ||
	    skip 'another architecture'
	abidiff --no-added-syms --suppressions "$tests/abi/may-grow.suppr" \
	    "$before" now.abi
}
must 'the ABI of the last release is kept' abi

sum_up
