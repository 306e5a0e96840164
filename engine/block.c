/*
 * Which lines are a block.  Blank lines separate blocks, and so does a change
 * in the depth of quoted mail.  A fenced listing is one block, blank lines
 * included.  A block that is too long to wait for comes in chunks.
 */
#include "split.h"

/*
 * Blank lines at the cursor join the separator.  True: it is too long to wait
 * for, and stays.
 */
bool
block_take_blanks(struct split *s)
{
	for (; s->cursor.at < s->scan.nlines; s->cursor.at++) {
		const struct line *l = s->scan.lines + s->cursor.at;

		if (!l->blank || l->oversize)
			break;
		if (s->cursor.sep_len == 0)
			s->cursor.sep_off = l->off;
		s->cursor.sep_len += l->len;
		s->cursor.line++;
		s->cursor.inside = false;
		if (s->cursor.sep_len > UNIT_BLOCK_MAX) {
			s->cursor.at++;
			return true;
		}
	}
	return false;
}

static bool
is_fence_line(const struct split *s, size_t i)
{
	const struct line *l = s->scan.lines + i;

	return s->opt.unit == DEDUP_UNIT_AUTO && !l->oversize &&
	       unit_is_fence(split_text_of(s, l), l->len);
}

/* ">>> " is a prompt, not quoted mail, if the other line quotes nothing. */
static bool
is_prompt(const struct line *a, const struct line *b)
{
	return (a->quote == 0 && b->quote == 3) ||
	       (a->quote == 3 && b->quote == 0);
}

/*
 * The block is whole, and blank lines follow.  The document's first block is
 * all of it only if no text follows.
 */
static enum extent
end_of_block(struct split *s, bool final)
{
	size_t i = s->cursor.at + s->cursor.probed, blank = 0;

	if (!s->cursor.fresh || s->opt.unit != DEDUP_UNIT_AUTO)
		return EXTENT_WHOLE;
	for (; i < s->scan.nlines; i++) {
		const struct line *l = s->scan.lines + i;

		blank += l->len;
		if (!l->blank || l->oversize || blank > UNIT_BLOCK_MAX)
			return EXTENT_WHOLE;
	}
	if (!final)
		return EXTENT_MORE;
	s->cursor.alone = !s->cursor.goes_on;
	return EXTENT_WHOLE;
}

/*
 * Lines that are plainly of one block, from the first that is not probed on.
 * True: a blank line ends them.
 */
static bool
probe_plain(struct split *s)
{
	const struct line *first = s->scan.lines + s->cursor.at;
	const struct line *l = first + s->cursor.probed;
	const struct line *end = s->scan.lines + s->scan.nlines;
	bool quoted = s->opt.unit == DEDUP_UNIT_AUTO;
	size_t bytes = s->cursor.probed_bytes;

	for (; l < end && !l->blank && !l->oversize; l++) {
		if (quoted && l > first && l->quote != l[-1].quote)
			break;
		if (bytes + l->len > s->block_limit)
			break;
		bytes += l->len;
	}
	s->cursor.probed = (size_t)(l - first);
	s->cursor.probed_bytes = bytes;
	return l < end && l->blank && !l->oversize;
}

static enum extent
open_fence(bool *unclosed)
{
	*unclosed = true;
	return EXTENT_MORE;
}

/* Line by line.  *unclosed becomes true if the fence never closes. */
static enum extent
probe_lines(struct split *s, bool final, bool *unclosed)
{
	bool document = s->opt.unit == DEDUP_UNIT_DOCUMENT;
	struct cursor *c = &s->cursor;

	for (; c->at + c->probed < s->scan.nlines; c->probed++) {
		size_t i = c->at + c->probed;
		const struct line *l = s->scan.lines + i;

		if (l->blank && !l->oversize && !c->in_fence && !document)
			return end_of_block(s, final);
		if (c->probed > 0 && l->quote != s->scan.lines[i - 1].quote &&
		    !c->in_fence && s->opt.unit == DEDUP_UNIT_AUTO &&
		    !is_prompt(l, &s->scan.lines[i - 1]))
			return EXTENT_WHOLE;
		/* A line that is too long stands alone. */
		if (l->oversize && c->in_fence)
			return open_fence(unclosed);
		if (l->oversize) {
			c->probed += c->probed == 0;
			return EXTENT_GIANT;
		}
		if (c->probed > 0 && c->in_fence && is_fence_line(s, i))
			c->in_fence = false;
		c->probed_bytes += l->len;
		if (c->probed_bytes <= s->block_limit)
			continue;
		if (c->in_fence)
			return open_fence(unclosed);
		/*
		 * At least one line, but otherwise none that exceeds the limit.
		 */
		c->probed += c->probed == 0;
		return EXTENT_GIANT;
	}
	if (!final)
		return EXTENT_MORE;
	if (c->in_fence)
		return open_fence(unclosed);
	if (document)
		while (s->scan.lines[c->at + c->probed - 1].blank)
			c->probed--;
	return end_of_block(s, true);
}

enum extent
block_find(struct split *s, bool final)
{
	struct cursor *c = &s->cursor;
	bool plain = s->opt.unit != DEDUP_UNIT_DOCUMENT, unclosed = false;
	enum extent extent;

	if (c->probed == 0 && !c->no_fence && !c->inside)
		c->in_fence = is_fence_line(s, c->at);
	if (!c->in_fence && plain && probe_plain(s))
		return end_of_block(s, final);
	extent = probe_lines(s, final, &unclosed);
	if (!unclosed)
		return extent;
	/* It is not a listing after all. */
	c->no_fence = true;
	c->in_fence = false;
	c->probed = c->probed_bytes = 0;
	return block_find(s, final);
}
