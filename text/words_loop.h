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
		uint64_t keep, begin, seen = 0;
		char *to = out->norm + out->norm_len;

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
		m.word &= low_bits(n);
		keep = m.word << 1 | (k->place != OUTSIDE);
		begin = m.word & ~keep;
		keep = (keep | m.word) & low_bits(n);
		for (uint64_t nl = m.newline & low_bits(n); nl != 0;
		     nl &= nl - 1) {
			unsigned i = (unsigned)__builtin_ctzll(nl);
			uint64_t line = low_bits(i) & ~seen;
			uint64_t upto = low_bits(i + 1);

			k->nwords += (uint32_t)__builtin_popcountll(begin &
								    line);
			k->digits |= (m.digit & line) != 0;
			if (put_line(k, p + i + 1, out->norm_len + (size_t)
				     __builtin_popcountll(keep & upto),
				     k->nwords) != 0)
				return -1;
			seen = upto;
		}
		k->nwords += (uint32_t)__builtin_popcountll(begin & ~seen);
		k->digits |= (m.digit & low_bits(n) & ~seen) != 0;
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
