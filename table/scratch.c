/* The words of two units, laid out to be compared. */
#include "table_internal.h"

#include <stdlib.h>

#include "array.h"
#include "lcs.h"

struct scratch *
scratch_new(void)
{
	return calloc(1, sizeof(struct scratch));
}

void
scratch_clear(struct scratch *s)
{
	free(s->mine);
	free(s->other);
	lcs_free(&s->lcs);
}

void
scratch_free(struct scratch *s)
{
	if (s == NULL)
		return;
	scratch_clear(s);
	free(s);
}

/* Words that scratch has room for after n had to fit. */
static size_t
scratch_room(size_t n)
{
	return n + n / 4 + 256;
}

size_t
scratch_bytes(uint32_t longest)
{
	size_t n = (size_t)longest + LCS_MOST_EDITS;

	return longest == 0 ? 0 :
	       2 * scratch_room(n) * sizeof(uint32_t) + lcs_bytes(n);
}

size_t
scratch_memory(const struct scratch *s)
{
	return (s->mine_room + s->other_room) * sizeof(*s->mine) +
	       lcs_memory(&s->lcs);
}

static int
reserve(uint32_t **v, size_t *room, size_t n)
{
	if (n <= *room)
		return 0;
	if (array_resize(v, scratch_room(n), sizeof(**v)) != 0)
		return -1;
	*room = scratch_room(n);
	return 0;
}

int
scratch_take_unit(struct scratch *s, const struct words *w)
{
	if (reserve(&s->mine, &s->mine_room, w->n) != 0)
		return -1;
	for (uint32_t i = 0; i < w->n; i++)
		s->mine[i] = words_hash(w, i);
	return lcs_take(&s->lcs, s->mine, w->n);
}

int
scratch_take_record(const struct table *t, struct scratch *s,
		    const unsigned char *p, uint32_t n)
{
	const uint16_t *code = record_codes(t, p);
	const uint8_t *tag = (const uint8_t *)(code + n);

	if (reserve(&s->other, &s->other_room, n) != 0)
		return -1;
	for (uint32_t i = 0; i < n; i++)
		s->other[i] = code[i] | (uint32_t)tag[i] << 16;
	return 0;
}

/*
 * The bitmap has 12 bits of each code: a cheap bound on how many words two
 * units may share, which excludes most unrelated ones.
 */
#define CODE_BIT(code) ((uint64_t)1 << ((code) & 63))
#define CODE_WORD(code) ((code) >> 6 & (CODE_WORDS - 1))

static void
mark(struct scratch *s, const struct words *w)
{
	for (uint32_t i = 0; i < w->n; i++)
		s->codes[CODE_WORD(w->code[i])] |= CODE_BIT(w->code[i]);
	s->marked = true;
}

void
scratch_unmark(struct scratch *s, const struct words *w)
{
	for (uint32_t i = 0; s->marked && i < w->n; i++)
		s->codes[CODE_WORD(w->code[i])] = 0;
	s->marked = false;
}

bool
scratch_may_match(struct scratch *s, const struct words *w,
		  const uint16_t *code, uint32_t n, uint32_t most)
{
	uint32_t strange = 0;

	if (!s->marked)
		mark(s, w);
	/* A few words at a time before looking whether it is enough. */
	for (; n >= 16 && strange <= most; n -= 16, code += 16)
		for (uint32_t i = 0; i < 16; i++)
			strange += (s->codes[CODE_WORD(code[i])] &
				    CODE_BIT(code[i])) == 0;
	for (; n > 0 && strange <= most; n--, code++)
		strange += (s->codes[CODE_WORD(*code)] & CODE_BIT(*code)) == 0;
	return strange <= most;
}
