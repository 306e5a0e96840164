/* Text to words, a chunk at a time. */
#include "by_chunk.h"

#include "by_character.h"
#include "bytes.h"
#include "sign.h"

#include <string.h>

/* What count_signs() found in a chunk. */
struct counted {
	uint64_t part;		/* signs that are parts of words, and ... */
	uint64_t drop;		/* ... spaces between words that are one */
	unsigned n;		/* bytes of the chunk to read */
	bool reopen;		/* the last word continues in this chunk */
	bool back;		/* an address began before the chunk */
};

/*
 * May the sign at s[0] count although the chunk has no digit and no sign of an
 * operator? s[1] is ASCII too, and s[2] is not.
 */
static inline bool
may_count(const char *s)
{
	return s[1] > ' ' || chunk_fact[s[0] & 0x7f] != 0;
}

/* Is it a quote, a dash, or an ellipsis: U+20xx? */
static inline bool
is_quote(unsigned char third)
{
	return third == 0x98 || third == 0x99 || third == 0x9c ||
	       third == 0x9d || third == 0xa6;
}

/*
 * Is there a typographic mark at s[at] that separates words, whatever else is
 * around it?  It is a quote before a letter or a space, or a dash between
 * words, so that there is no need to ask sign_verdict().
 */
static inline bool
is_plain_mark(const char *s, unsigned at)
{
	const unsigned char *u = (const unsigned char *)s + at;

	if (u[0] != 0xe2 || u[1] != 0x80)
		return false;
	if (is_quote(u[2]))
		return u[3] <= ' ' || is_ascii_letter(u[3]);
	if ((u[2] != 0x93 && u[2] != 0x94) || at == 0)
		return false;
	return is_ascii_letter(u[3]) ? is_ascii_letter(u[-1]) :
	       u[3] == ' ' && u[-1] == ' ' && is_ascii_letter(u[4]) &&
	       is_ascii_letter(u[5]);
}

/*
 * How many of the first n bytes of a chunk come before one that is not ASCII;
 * the last of these is left out, since the next may change it.  Plain marks on
 * the first line of the chunk are passed over, and set *is_high.
 */
static inline unsigned
plain_bytes(const char *s, unsigned n, struct masks *m, unsigned next,
	    bool *is_high)
{
	unsigned high = n;

	while (m->high != 0) {
		high = (unsigned)__builtin_ctzll(m->high);
		if (high + 6 > n || (m->newline & low_bits(high)) != 0 ||
		    !is_plain_mark(s, high))
			break;
		m->high &= ~((uint64_t)7 << high);
		*is_high = true;
	}
	if (m->high != 0) {
		if (high <= n) {
			n = high - (high > 0);
			m->facts &= low_bits(n + 1);
		}
		if (n > 0 && !(m->word >> (n - 1) & 1))
			m->facts |= may_count(s + n - 1);
	} else if (next >= 0x80 && n == CHUNK) {
		n--;
	}
	return n;
}

/* The byte of the text at p, if it is there. */
static unsigned char
byte_at(const struct reading *r, size_t p)
{
	return p < r->len ? (unsigned char)r->text[p] : 0;
}

/*
 * The places in a chunk at which a sign may count: more than those at which it
 * does, but few in prose.  'word' is as in struct masks; 'last' and 'next' are
 * the bytes before and after the chunk.
 */
static uint64_t
candidates(const struct facts *f, uint64_t word, unsigned char last,
	   unsigned char next)
{
	const uint64_t end = (uint64_t)1 << (CHUNK - 1);
	bool digit = next >= '0' && next <= '9';
	bool letter = (unsigned)((next | 0x20) - 'a') < 26;
	uint64_t sign = f->sign & ~word, space = ~f->sign;
	uint64_t before_digit = f->digit >> 1 | (digit ? end : 0);
	uint64_t before_word = word >> 1 | (digit || letter ? end : 0);
	uint64_t before_space = space >> 1 | (next <= ' ' ? end : 0);
	uint64_t before_sign = ~(before_word | before_space);
	uint64_t before_special = f->special >> 1 |
		(next < 0x80 && chunk_fact[next] & IS_SPECIAL ? end : 0);
	/* Signs before one that counts before a digit, or makes an operator. */
	uint64_t sooner = (sign & (before_digit | before_special)) >> 1 |
			  (before_sign & end);
	uint64_t later = f->special << 1 | (f->special << 2 & sign << 1);
	uint64_t begins = f->digit << 1 & (before_sign | before_digit);
	/* An operator may begin before the chunk. */
	uint64_t first = 7;

	if (last < 0x80 && last != ';' && chunk_fact[last] == 0)
		first &= before_digit | before_sign | f->ratio;
	return f->special |
	       (sign & (before_special | later | begins | begins << 1 | first |
			(before_digit & ~(word << 1)) |
			(sooner & before_sign))) |
	       (f->ratio & before_space & space << 1 & f->sign << 2) |
	       (f->dash & ((word << 1 & ~before_word) | before_digit |
			   sooner | (f->ratio << 1 & word << 2)));
}

/* Is it the colon or the hyphen of a word, and not the minus of A- ? */
static inline bool
is_mark_of_word(const struct reading *r, size_t p)
{
	unsigned char before = p > 0 ? (unsigned char)r->text[p - 1] : 0;
	unsigned char after = byte_at(r, p + 1);

	return after == ' ' && before >= 'A' && before < 0x80 &&
	       (r->text[p] != '-' || (before >= 'a' && before <= 'z'));
}

/*
 * The signs that count among the first n bytes, all ASCII, of the chunk at
 * text[p].  They are written to 'low' unchanged.  If the slow path has to see a
 * byte, fewer are read.
 */
static void
count_signs(struct sink *k, size_t p, unsigned n, const struct facts *f,
	    uint64_t word, char *low, struct counted *to)
{
	struct counted got = { .n = n };
	uint64_t some = candidates(f, word, p > 0 ? byte_at(&k->r, p - 1) : 0,
				   byte_at(&k->r, p + CHUNK));

	/* A byte that is not ASCII may make these count. */
	if (n < CHUNK)
		some |= f->sign & ~word & (n >= 3 ? (uint64_t)7 << (n - 3) : 7);

	for (; some != 0; some &= some - 1) {
		unsigned i = (unsigned)__builtin_ctzll(some), verdict;
		uint64_t bit = some & -some;
		char c = k->r.text[p + i];
		struct character ch = { c, SEPARATOR | (uint32_t)c, 1, false };
		uint32_t entity;

		if (i >= got.n)
			break;
		if (chunk_fact[c & 0x7f] == IS_RATIO &&
		    is_mark_of_word(&k->r, p + i))
			continue;
		if (c == '&' && entity_at(k->r.text + p + i,
					  k->r.len - p - i, &entity) > 0) {
			got.n = i;
			break;
		}
		if ((c == '@' || c == '/') && sink_finds_address(k, p + i)) {
			got.back = k->address.from < p;
			got.n = (unsigned)(k->address.from - p);
			break;
		}
		verdict = sign_verdict(&k->r, p + i, &ch);
		if (verdict == SIGN_GAP)
			continue;
		if (verdict & SIGN_JOINS_AFTER) {
			char after = (char)byte_at(&k->r, p + i + 1);

			if (i + 1 >= got.n || after == '&') {
				got.n = i;
				break;
			}
			got.drop |= bit << 1;
		}
		if (verdict & SIGN_JOINS_BEFORE) {
			got.reopen |= i <= 1;
			got.drop |= bit >> 1;
		}
		got.part |= bit;
		low[i] = c;
	}
	*to = got;
}

/* What is done with the 64 bytes of a chunk; see chunk.h. */
typedef struct masks look_function(const char *s, char *low,
				   const struct constants *constants);
typedef struct facts facts_function(const char *s);
typedef char *squeeze_function(char *to, const char low[2 * CHUNK],
			       uint64_t keep);

/* The loop over chunks. */
BODY int
read_with(struct sink *k, look_function *look, facts_function *look_at_facts,
	  squeeze_function *squeeze)
{
	const struct constants *constants = chunk_hidden_constants();
	struct scan *out = k->put.out;
	size_t p = 0;

	while (p < k->r.len) {
		/* The parts of *k that each chunk changes, in registers. */
		char *to = out->norm + out->norm_len;
		uint32_t nwords = k->put.nwords;
		uint64_t digits = k->put.digits;
		uint64_t inside = k->put.place != OUTSIDE;
		size_t left = k->stop - p;	/* bytes not read yet */
		char tail[CHUNK + 1], low[2 * CHUNK];
		const char *s = k->r.text + p, *end, *last;
		unsigned most = CHUNK;
		bool back = false, early = false;

		if (k->r.len - p <= CHUNK) {
			memset(tail, 0, sizeof(tail));
			memcpy(tail, s, k->r.len - p);
			s = tail;
		}
		/* The text ends at 'end', its whole chunks at 'last'. */
		end = last = s + left;
		if (left <= CHUNK)
			most = (unsigned)left;
		else
			last -= CHUNK;
		do {
			struct masks m = look(s, low, constants);
			unsigned next = (unsigned char)s[CHUNK];
			uint64_t keep, begin, digit = 0, drop = 0;
			unsigned n = CHUNK;

			if (__builtin_expect(m.rare || most < CHUNK ||
					     chunk_edge[next] != 0, 0)) {
				struct counted c;

				n = plain_bytes(s, most, &m, next, &k->high);
				if (m.facts != 0 || (chunk_edge[next] & 1)) {
					struct facts f = look_at_facts(s);

					count_signs(k, k->stop -
						    (size_t)(end - s), n, &f,
						    m.word, low, &c);
					if (c.back) {
						back = true;
						break;
					}
					n = c.n;
					m.word |= c.part | c.drop;
					digit = f.digit;
					drop = c.drop;
					if (c.reopen && !inside && n > 0) {
						to--;
						inside = 1;
					}
				}
			}
			keep = m.word << 1 | inside;
			if (n < CHUNK) {
				uint64_t valid = low_bits(n);

				m.word &= valid;
				m.newline &= valid;
				keep &= valid;
				digit &= valid;
				if (n > 0)
					inside = m.word >> (n - 1) & 1;
				early = n < most;
				last = s;
			} else {
				inside = m.word >> (CHUNK - 1);
			}
			begin = m.word & ~keep;
			keep = (keep | m.word) & ~drop;
			for (uint64_t nl = m.newline; nl != 0; nl &= nl - 1) {
				/* The bits up to this newline. */
				uint64_t upto = nl ^ (nl - 1);
				size_t stop = k->stop - (size_t)(end - s) +
					      bits(upto);
				size_t norm = (size_t)(to - out->norm) +
					      bits(keep & upto);

				digits |= digit & upto;
				nwords += bits(begin & upto);
				if (sink_line(k, stop, norm, nwords,
					     digits != 0) != 0)
					return -1;
				begin &= ~upto;
				digit &= ~upto;
				nwords = 0;
				digits = 0;
			}
			nwords += bits(begin);
			digits |= digit;
			to = squeeze(to, low, keep);
			s += n;
		} while (s < last);
		if (back) {
			p = sink_go_back(k);
			continue;
		}
		out->norm_len = (size_t)(to - out->norm);
		k->put.nwords = nwords;
		k->put.digits = digits != 0;
		k->put.place = inside ? INSIDE : OUTSIDE;
		p = k->stop - (size_t)(end - s);
		if ((early || p == k->stop) && p < k->r.len &&
		    by_character_read(k, &p, false) != 0)
			return -1;
	}
	return 0;
}

static int
read_narrow(struct sink *k)
{
	return read_with(k, chunk_look, chunk_facts, chunk_squeeze);
}

#ifdef WIDEST
WIDE static int
read_wide(struct sink *k)
{
	return read_with(k, chunk_look_wide, chunk_facts_wide,
			 chunk_squeeze_wide);
}

WIDEST static int
read_widest(struct sink *k)
{
	return read_with(k, chunk_look_widest, chunk_facts_wide,
			 chunk_squeeze_widest);
}
#endif

int
by_chunk_read(struct sink *k, enum vectors vectors)
{
	switch (vectors) {
#ifdef WIDEST
	case VECTORS_WIDEST:
		return read_widest(k);
	case VECTORS_WIDE:
		return read_wide(k);
#endif
	default:
		return read_narrow(k);
	}
}
