/*
 * Scans one JSON record and remembers only where it is.
 *
 * Of the nesting it remembers one bit a level (object or array) and, for the
 * first JSON_PATH_MAX levels, as long as all are objects, the current key.  A
 * path leads to a value if its names equal those keys.  Splitting input into
 * records, and what to do with a text, is left to others.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "json.h"
#include "vectors.h"

/* The member of an open object that is being read. */
struct level {
	struct json_value key;	/* as a string: between its quotes */
	size_t value;		/* offset of the value's first byte */
};

struct scan {
	const char *rec;
	size_t len;
	size_t pos;		/* next byte to look at, at most len */

	size_t depth;		/* open containers */
	size_t narrays;		/* how many of these are arrays */
	uint64_t array[JSON_DEPTH_MAX / 64];	/* bit d: level d is one */
	struct level level[JSON_PATH_MAX];	/* set below depth while
						   narrays is 0 */
	const struct json_path *paths;
	size_t npaths;
	struct json_value *found;
	const char **why;
	size_t *at;
};

/* Value of a hexadecimal digit, with bit 4 set; other bytes do not have it. */
static const unsigned char hex[256] = {
	['0'] = 0x10, ['1'] = 0x11, ['2'] = 0x12, ['3'] = 0x13, ['4'] = 0x14,
	['5'] = 0x15, ['6'] = 0x16, ['7'] = 0x17, ['8'] = 0x18, ['9'] = 0x19,
	['a'] = 0x1a, ['b'] = 0x1b, ['c'] = 0x1c, ['d'] = 0x1d, ['e'] = 0x1e,
	['f'] = 0x1f, ['A'] = 0x1a, ['B'] = 0x1b, ['C'] = 0x1c, ['D'] = 0x1d,
	['E'] = 0x1e, ['F'] = 0x1f,
};

/* What the letter after a backslash stands for; 0 for 'u' and non-escapes. */
static const char simple[256] = {
	['"'] = '"', ['\\'] = '\\', ['/'] = '/', ['b'] = '\b', ['f'] = '\f',
	['n'] = '\n', ['r'] = '\r', ['t'] = '\t',
};

/* The UTF-16 unit that four hexadecimal digits at 'p' spell, or -1. */
static long
hex4(const char *p)
{
	unsigned a = hex[(unsigned char)p[0]], b = hex[(unsigned char)p[1]];
	unsigned c = hex[(unsigned char)p[2]], d = hex[(unsigned char)p[3]];

	if ((a & b & c & d & 0x10) == 0)
		return -1;
	return (long)((a & 15) << 12 | (b & 15) << 8 | (c & 15) << 4 |
		      (d & 15));
}

/*
 * Length of the escape at 'p', a backslash with 'n' bytes left, or 0 if it is
 * not valid.  The two halves of a surrogate pair are two escapes here.
 */
static size_t
escape_len(const char *p, size_t n)
{
	if (n >= 2 && simple[(unsigned char)p[1]] != 0)
		return 2;
	return n >= 6 && p[1] == 'u' && hex4(p + 2) >= 0 ? 6 : 0;
}

/*
 * Unescape the valid escape at 'p', with 'n' bytes left, to 'out'.  Returns the
 * number of bytes put there, always fewer than the *used bytes of the escape: 2
 * -> 1, 6 -> 1 to 3, 12 (a surrogate pair) -> 4.
 */
static size_t
unescape(const char *p, size_t n, char *out, size_t *used)
{
	long u, low;

	*used = 2;
	out[0] = simple[(unsigned char)p[1]];
	if (out[0] != 0)
		return 1;
	*used = 6;
	u = hex4(p + 2);
	if (u < 0x80) {
		out[0] = (char)u;
		return 1;
	}
	if (u < 0x800) {
		out[0] = (char)(0xc0 | u >> 6);
		out[1] = (char)(0x80 | (u & 0x3f));
		return 2;
	}
	if (u >> 10 == 0xd800 >> 10 && n >= 12 && p[6] == '\\' &&
	    p[7] == 'u' && (low = hex4(p + 8)) >> 10 == 0xdc00 >> 10) {
		*used = 12;
		u = 0x10000 + ((u & 0x3ff) << 10) + (low & 0x3ff);
		out[0] = (char)(0xf0 | u >> 18);
		out[1] = (char)(0x80 | (u >> 12 & 0x3f));
		out[2] = (char)(0x80 | (u >> 6 & 0x3f));
		out[3] = (char)(0x80 | (u & 0x3f));
		return 4;
	}
	out[0] = (char)(0xe0 | u >> 12);
	out[1] = (char)(0x80 | (u >> 6 & 0x3f));
	out[2] = (char)(0x80 | (u & 0x3f));
	return 3;
}

int
json_path_parse(struct json_path *p, const char *dotted)
{
	for (p->n = 0; ; dotted++) {
		size_t len = strcspn(dotted, ".");

		if (len == 0 || p->n == JSON_PATH_MAX) {
			errno = EINVAL;
			return -1;
		}
		p->part[p->n].name = dotted;
		p->part[p->n++].len = len;
		dotted += len;
		if (*dotted == '\0')
			return 0;
	}
}

size_t
json_bom_len(const char *s, size_t len)
{
	return len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* Always returns -1. */
static int
fail(struct scan *s, const char *why, size_t at)
{
	*s->why = why;
	*s->at = at;
	return -1;
}

/* Fail at the next byte; if there is none, say that instead. */
static int
unexpected(struct scan *s, const char *why)
{
	return fail(s, s->pos < s->len ? why : "unexpected end", s->pos);
}

/* The next byte, or -1 at the end. */
static int
peek(const struct scan *s)
{
	return s->pos < s->len ? (unsigned char)s->rec[s->pos] : -1;
}

/* Skip the next byte if it is 'c'.  Returns whether it was. */
static bool
take(struct scan *s, int c)
{
	if (peek(s) != c)
		return false;
	s->pos++;
	return true;
}

static void
skip_space(struct scan *s)
{
	while (take(s, ' ') || take(s, '\n') || take(s, '\r') || take(s, '\t'))
		;
}

/* Whether the innermost open container is an array. */
static bool
in_array(const struct scan *s)
{
	return s->array[(s->depth - 1) / 64] >> (s->depth - 1) % 64 & 1;
}

/* The level of the innermost container if paths can lead there, or NULL. */
static struct level *
path_level(struct scan *s)
{
	if (s->narrays > 0 || s->depth == 0 || s->depth > JSON_PATH_MAX)
		return NULL;
	return &s->level[s->depth - 1];
}

/* Whether the key unescapes to the 'len' bytes at 'name'. */
static bool
key_is(const char *rec, const struct json_value *key, const char *name,
       size_t len)
{
	const char *raw = rec + key->off;
	size_t r = 0, w = 0;

	if (!key->escaped)
		return key->len == len && memcmp(raw, name, len) == 0;
	while (r < key->len) {
		char byte[4] = { raw[r] };
		size_t n = 1, used = 1;

		if (raw[r] == '\\')
			n = unescape(raw + r, key->len - r, byte, &used);
		if (n > len - w || memcmp(name + w, byte, n) != 0)
			return false;
		r += used;
		w += n;
	}
	return w == len;
}

/* Whether 'p' leads to, or through, the member that is being read. */
static bool
leads_here(const struct scan *s, const struct json_path *p)
{
	if (p->n < s->depth)
		return false;
	for (size_t i = s->depth; i-- > 0; )
		if (!key_is(s->rec, &s->level[i].key, p->part[i].name,
			    p->part[i].len))
			return false;
	return true;
}

/*
 * Set what the paths that lead to the current member find.  JSON_NONE, at its
 * key, is also set for paths that lead through it: an earlier member of the
 * same name is forgotten, even if the new value turns out not to have it.
 */
static void
settle(struct scan *s, struct json_value v)
{
	if (path_level(s) == NULL)
		return;
	for (size_t i = 0; i < s->npaths; i++)
		if ((s->paths[i].n == s->depth || v.kind == JSON_NONE) &&
		    leads_here(s, &s->paths[i]))
			s->found[i] = v;
}

/* Skip a string whose opening quote was read, and set where it is. */
static int
skip_string(struct scan *s, struct json_value *v)
{
	size_t start = s->pos, n;

	*v = (struct json_value){ .kind = JSON_STRING, .off = start };
	for (;;) {
		s->pos += find_json_special(s->rec + s->pos, s->len - s->pos,
				    false);
		while (peek(s) == '\\') {
			n = escape_len(s->rec + s->pos, s->len - s->pos);
			if (n == 0)
				return fail(s, "invalid escape", s->pos);
			v->escaped = true;
			s->pos += n;
		}
		if (s->pos == s->len)
			return fail(s, "unterminated string", start - 1);
		v->len = s->pos - start;
		if (take(s, '"'))
			return 0;
		if (is_json_special((unsigned char)s->rec[s->pos]))
			return fail(s, "control character in string", s->pos);
	}
}

/* Skip decimal digits.  Returns whether there were any. */
static bool
skip_digits(struct scan *s)
{
	size_t start = s->pos;

	while (peek(s) >= '0' && peek(s) <= '9')
		s->pos++;
	return s->pos > start;
}

/* Skip a number.  Returns whether it is one. */
static bool
skip_number(struct scan *s)
{
	take(s, '-');
	if (!take(s, '0') && !skip_digits(s))
		return false;
	if (take(s, '.') && !skip_digits(s))
		return false;
	if (!take(s, 'e') && !take(s, 'E'))
		return true;
	if (!take(s, '+'))
		take(s, '-');
	return skip_digits(s);
}

/* Skip 'word'.  Returns whether it was there. */
static bool
skip_word(struct scan *s, const char *word)
{
	while (*word != '\0' && take(s, *word))
		word++;
	return *word == '\0';
}

/* Read what comes before a value in an object. */
static int
read_key(struct scan *s)
{
	struct level *l = path_level(s);
	struct json_value key;

	skip_space(s);
	if (!take(s, '"'))
		return unexpected(s, "expected a key");
	if (skip_string(s, &key) != 0)
		return -1;
	skip_space(s);
	if (!take(s, ':'))
		return unexpected(s, "expected ':'");
	if (l != NULL)
		l->key = key;
	settle(s, (struct json_value){ .kind = JSON_NONE });
	return 0;
}

static int
open_container(struct scan *s, bool array)
{
	uint64_t bit = UINT64_C(1) << s->depth % 64;

	if (s->depth == JSON_DEPTH_MAX)
		return fail(s, "nested too deep", s->pos - 1);
	s->array[s->depth / 64] &= ~bit;
	if (array)
		s->array[s->depth / 64] |= bit;
	s->narrays += array;
	s->depth++;
	return 0;
}

static void
close_container(struct scan *s)
{
	struct json_value v = { .kind = JSON_OTHER };
	struct level *l;

	s->narrays -= in_array(s);
	s->depth--;
	if ((l = path_level(s)) == NULL)
		return;
	v.off = l->value;
	v.len = s->pos - v.off;
	settle(s, v);
}

/*
 * Read a value; of an object or array, only the bracket, then *opened is set.
 */
static int
read_value(struct scan *s, bool *opened)
{
	struct json_value v = { .kind = JSON_OTHER };
	struct level *l = path_level(s);
	int c;

	skip_space(s);
	c = peek(s);
	v.off = s->pos;
	if (l != NULL)
		l->value = v.off;
	*opened = take(s, '{') || take(s, '[');
	if (*opened)
		return open_container(s, c == '[');
	if (take(s, '"')) {
		if (skip_string(s, &v) != 0)
			return -1;
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		if (!skip_number(s))
			return fail(s, "invalid number", v.off);
		v.len = s->pos - v.off;
	} else if (c == 't' || c == 'f' || c == 'n') {
		if (!skip_word(s, c == 't' ? "true" :
				  c == 'f' ? "false" : "null"))
			return fail(s, "invalid literal", v.off);
		v.len = s->pos - v.off;
	} else {
		return unexpected(s, "expected a value");
	}
	settle(s, v);
	return 0;
}

int
json_scan(const char *rec, size_t len,
	  const struct json_path *paths, size_t npaths,
	  struct json_value *found, const char **why, size_t *at)
{
	struct scan s = {
		.rec = rec, .len = len, .paths = paths, .npaths = npaths,
		.found = found, .why = why, .at = at,
	};
	bool opened;		/* a container of which nothing is read yet */

	for (size_t i = 0; i < npaths; i++)
		found[i] = (struct json_value){ .kind = JSON_NONE };
	skip_space(&s);
	if (peek(&s) != '{')
		return fail(&s, "not an object", s.pos);
	do {
		if (read_value(&s, &opened) != 0)
			return -1;
		skip_space(&s);
		while (s.depth > 0 && take(&s, in_array(&s) ? ']' : '}')) {
			close_container(&s);
			opened = false;
			skip_space(&s);
		}
		if (s.depth == 0)
			return s.pos == len ? 0 :
			       fail(&s, "garbage after the object", s.pos);
		if (!opened && !take(&s, ','))
			return unexpected(&s, in_array(&s) ?
					  "expected ',' or ']'" :
					  "expected ',' or '}'");
	} while (in_array(&s) || read_key(&s) == 0);
	return -1;
}

/*
 * There is room: a run writes as many bytes as it reads, an escape fewer, so w
 * <= r always.
 */
size_t
json_decode(const char *raw, size_t len, char *out)
{
	size_t r = 0, w = 0, n, used;

	while (r < len) {
		n = find_json_special(raw + r, len - r, false);
		memcpy(out + w, raw + r, n);
		r += n;
		w += n;
		while (r < len && raw[r] == '\\') {
			w += unescape(raw + r, len - r, out + w, &used);
			r += used;
		}
	}
	return w;
}

void
json_seek(const char *raw, size_t len, struct json_cursor *c, size_t decoded)
{
	while (c->raw < len && c->decoded < decoded) {
		const char *p = raw + c->raw;
		size_t left = len - c->raw, want = decoded - c->decoded;
		size_t used, n = find_json_special(p, want < left ? want : left,
					   false);
		char byte[4];

		if (n > 0) {
			used = n;
		} else {
			n = unescape(p, left, byte, &used);
			if (n > want)
				return;
		}
		c->raw += used;
		c->decoded += n;
	}
}

/*
 * Length of the valid UTF-8 character at 'p', not ASCII and at most 'n' > 0
 * bytes, or 0.  The bounds on the second byte exclude overlong forms,
 * surrogates, and anything past U+10FFFF (Unicode, table 3-7).
 */
static size_t
utf8_len(const unsigned char *p, size_t n)
{
	unsigned low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
	size_t len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (p[0] < 0xc2 || p[0] > 0xf4 || len > n || p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

size_t
json_escape(const char *text, size_t len, char *out)
{
	static const char letter[32] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r',
		['\t'] = 't',
	};
	const unsigned char *p = (const unsigned char *)text;
	size_t i = 0, w = 0, n;

	while (i < len) {
		n = find_json_special(text + i, len - i, true);
		memcpy(out + w, text + i, n);
		w += n;
		i += n;
		while (i < len && p[i] >= 0x80) {
			n = utf8_len(p + i, len - i);
			if (n > 0) {
				memcpy(out + w, p + i, n);
				w += n;
				i += n;
			} else {
				memcpy(out + w, "\\ufffd", 6);
				w += 6;
				i++;
			}
		}
		if (i == len || !is_json_special(p[i]))
			continue;
		out[w++] = '\\';
		if (p[i] >= 0x20 || letter[p[i]] != 0) {
			out[w++] = p[i] >= 0x20 ? text[i] : letter[p[i]];
		} else {
			memcpy(out + w, "u00", 3);
			out[w + 3] = p[i] < 0x10 ? '0' : '1';
			out[w + 4] = "0123456789abcdef"[p[i] & 15];
			w += 5;
		}
		i++;
	}
	return w;
}
