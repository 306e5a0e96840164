#!/bin/sh
# embed.sh STYLE SCRIPT: a header of C with both as strings, and the hashes by
# which a page's Content-Security-Policy knows them.  Needs sha256sum, shasum or
# openssl, one of which is everywhere, and awk.
set -eu

digest() {	# FILE
	if command -v sha256sum >/dev/null; then
		sha256sum <"$1"
	elif command -v shasum >/dev/null; then
		shasum -a 256 <"$1"
	else
		openssl dgst -sha256 -r <"$1"
	fi
}

base64_of_hex() {
	awk '{
		hex = substr($1, 1, 64)
		digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
			"abcdefghijklmnopqrstuvwxyz0123456789+/"
		# 32 bytes are 10 times 3, and 2: 4 zero bits come behind.
		for (i = 1; i <= 64; i += 3) {
			v = 0
			for (j = i; j < i + 3; j++)
				v = v * 16 + (j > 64 ? 0 : \
				    index("0123456789abcdef", substr(hex, j, 1)) - 1)
			out = out substr(digits, int(v / 64) + 1, 1) \
				substr(digits, v % 64 + 1, 1)
		}
		print substr(out, 1, 43) "="
	}'
}

string() {	# NAME FILE
	printf 'static const char %s[] =\n' "$1"
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n"/' "$2"
	printf ';\n'
}

printf '/* Made by embed.sh. */\n'
string page_style "$1"
string page_script "$2"
printf '#define PAGE_STYLE_HASH "sha256-%s"\n' "$(digest "$1" | base64_of_hex)"
printf '#define PAGE_SCRIPT_HASH "sha256-%s"\n' "$(digest "$2" | base64_of_hex)"
