/*
 * The fast path's loop: words.c includes this once for each instruction set,
 * with READ_TEXT (name, and attributes before it), LOOK and SQUEEZE defined.
 */
static int READ_TEXT(struct sink *k)
{
	struct scan *out = k->put.out;
	size_t left = k->len;		/* bytes not read yet */

	while (left > 0) {
		/* What of *k each chunk changes, in registers. */
		char *to = out->norm + out->norm_len;
		uint32_t nwords = k->put.nwords;
		uint64_t digits = k->put.digits;
		uint64_t inside = k->put.place != OUTSIDE;
		char tail[CHUNK + 1], low[2 * CHUNK];
		const char *s = k->text + (k->len - left);
		unsigned n, most = CHUNK;

		if (left <= CHUNK) {
			most = (unsigned)left;
			memset(tail, 0, sizeof(tail));
			memcpy(tail, s, left);
			s = tail;
		}
		do {
			struct masks m = LOOK(s, low);
			uint64_t keep = m.word << 1 | inside, begin;

			n = most;
			if (m.high != 0) {
				n = (unsigned)__builtin_ctzll(m.high);
				n -= n > 0;
			} else if ((unsigned char)s[CHUNK] >= 0x80) {
				n--;	/* it may change the last one */
			}
			if (n < CHUNK) {
				uint64_t valid = low_bits(n);

				m.word &= valid;
				m.digit &= valid;
				m.newline &= valid;
				keep &= valid;
			}
			if (n > 0)
				inside = m.word >> (n - 1) & 1;
			begin = m.word & ~keep;
			keep |= m.word;
			for (uint64_t nl = m.newline; nl != 0; nl &= nl - 1) {
				/* The bits up to this newline. */
				uint64_t upto = nl ^ (nl - 1);
				size_t p = k->len - left + bits(upto);
				size_t norm = (size_t)(to - out->norm) +
					      bits(keep & upto);

				digits |= m.digit & upto;
				nwords += bits(begin & upto);
				if (put_line(k, p, norm, nwords,
					     digits != 0) != 0)
					return -1;
				begin &= ~upto;
				m.digit &= ~upto;
				nwords = 0;
				digits = 0;
			}
			nwords += bits(begin);
			digits |= m.digit;
			to = SQUEEZE(to, low, keep);
			s += n;
			left -= n;
		} while (n == CHUNK && left > CHUNK);
		out->norm_len = (size_t)(to - out->norm);
		k->put.nwords = nwords;
		k->put.digits = digits != 0;
		k->put.place = inside ? INSIDE : OUTSIDE;
		if (n < most) {
			size_t p = k->len - left;

			if (read_chars(k, &p, false) != 0)
				return -1;
			left = k->len - p;
		}
	}
	return 0;
}

#undef READ_TEXT
#undef LOOK
#undef SQUEEZE
