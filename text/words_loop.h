/*
 * The fast path's loop: by_chunk.c includes this once for each instruction set,
 * with READ_TEXT (name, and attributes before it), LOOK, LOOK_FACTS and SQUEEZE
 * defined, and CONSTANTS where LOOK takes some from memory.
 */
static int READ_TEXT(struct sink *k)
{
	struct scan *out = k->put.out;
	size_t p = 0;
#ifdef CONSTANTS
	const struct constants *constants = CONSTANTS;

	/* Hide from the compiler what they are, so that it loads them. */
	__asm__("" : "+r" (constants));
#endif

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
			struct masks m = LOOK(s, low);
			unsigned next = (unsigned char)s[CHUNK];
			uint64_t keep, begin, digit = 0, drop = 0;
			unsigned n = CHUNK;

			if (__builtin_expect(m.rare || edge[next] != 0 ||
					     most < CHUNK, 0)) {
				struct counted c;

				n = plain_bytes(s, most, &m, next, &k->high);
				if (m.facts != 0 || (edge[next] & 1)) {
					struct facts f = LOOK_FACTS(s);

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
			to = SQUEEZE(to, low, keep);
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
		    read_characters(k, &p, false) != 0)
			return -1;
	}
	return 0;
}

#undef READ_TEXT
#undef LOOK
#undef LOOK_FACTS
#undef CONSTANTS
#undef SQUEEZE
