/*
 * The fast path's loop: words.c includes this once for each instruction set,
 * with READ_TEXT (name, and attributes before it), LOOK and SQUEEZE defined.
 */
static int READ_TEXT(struct sink *k)
{
	struct scan *out = k->out;
	size_t p = 0;

	while (p < k->len) {
		char tail[CHUNK], low[2 * CHUNK];
		const char *s = k->text + p;
		unsigned n = CHUNK;
		struct masks m;
		uint64_t valid, keep, begin, seen = 0;
		char *to = out->norm + out->norm_len;
		uint32_t nwords = k->nwords;	/* of the current line */
		bool digits = k->digits;

		if (k->len - p < CHUNK) {
			n = (unsigned)(k->len - p);
			memset(tail, 0, sizeof(tail));
			memcpy(tail, s, n);
			s = tail;
		}
		m = LOOK(s, low);
		if (m.high != 0) {
			n = (unsigned)__builtin_ctzll(m.high);
			n -= n > 0;
		} else if (n == CHUNK && k->len - p > CHUNK &&
			   (unsigned char)k->text[p + CHUNK] >= 0x80) {
			n--;	/* what follows may change the last one */
		}
		valid = low_bits(n);
		m.word &= valid;
		m.digit &= m.word;
		keep = m.word << 1 | (k->place != OUTSIDE);
		begin = m.word & ~keep;
		keep = (keep | m.word) & valid;
		for (uint64_t nl = m.newline & valid; nl != 0;
		     nl &= nl - 1) {
			/* The bits up to this newline; those of its line. */
			uint64_t upto = nl ^ (nl - 1), line = upto & ~seen;
			unsigned end = (unsigned)__builtin_ctzll(nl) + 1;

			nwords += (uint32_t)__builtin_popcountll(begin & line);
			k->digits = digits | ((m.digit & line) != 0);
			if (put_line(k, p + end, out->norm_len + (size_t)
				     __builtin_popcountll(keep & upto),
				     nwords) != 0)
				return -1;
			nwords = 0;
			digits = false;
			seen = upto;
		}
		k->nwords = nwords +
			    (uint32_t)__builtin_popcountll(begin & ~seen);
		k->digits = digits | ((m.digit & ~seen) != 0);
		if (n > 0)
			k->place = m.word >> (n - 1) & 1 ? INSIDE : OUTSIDE;
		out->norm_len = (size_t)(SQUEEZE(to, low, keep) - out->norm);
		p += n;
		if (m.high != 0 && read_chars(k, &p, false) != 0)
			return -1;
	}
	return 0;
}

#undef READ_TEXT
#undef LOOK
#undef SQUEEZE
