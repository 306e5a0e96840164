/* New columns of strings, made row by row. */
#include "builder.h"

#include <stdlib.h>
#include <string.h>

#include "array.h"

#define VIEW_BUFFER ((size_t)1 << 30)	/* bytes in one: int32 reaches them */

/* Bytes that grow. */
struct bytes {
	char *p;
	size_t len, room;
};

static int
make_room(struct bytes *b, size_t len)
{
	return array_room(&b->p, &b->room, b->len + len, 1);
}

static int
add_bytes(struct bytes *b, const void *p, size_t len)
{
	if (make_room(b, len) != 0)
		return -1;
	if (len > 0)
		memcpy(b->p + b->len, p, len);
	b->len += len;
	return 0;
}

/* Give back what is not used; never NULL, for consumers that want a buffer. */
static char *
trim_bytes(struct bytes *b)
{
	char *less = realloc(b->p, b->len + (b->len == 0));

	if (less != NULL)
		b->p = less;
	return b->p;
}

/* The texts of a column, or of a dictionary, without nulls. */
struct texts {
	enum layout layout;
	struct bytes places;	/* offsets, or views */
	struct bytes data;
	struct bytes full;	/* void *: buffers of views that are full */
	struct bytes sizes;	/* int64_t: of these */
	size_t begin;		/* in data: of the text in hand */
};

static int
end_text(struct texts *t)
{
	size_t len = t->data.len - t->begin;

	if (t->layout == LAYOUT_UTF8) {
		int32_t end = (int32_t)t->data.len;

		/* It is no longer than what it was made of. */
		t->begin = t->data.len;
		return t->data.len > INT32_MAX ? -1 :
		       add_bytes(&t->places, &end, sizeof(end));
	}
	if (t->layout == LAYOUT_LARGE_UTF8) {
		int64_t end = (int64_t)t->data.len;

		t->begin = t->data.len;
		return add_bytes(&t->places, &end, sizeof(end));
	}
	struct view v = { .len = (int32_t)len };

	if (len <= VIEW_INLINE) {
		if (len > 0)
			memcpy(v.head, t->data.p + t->begin, len);
		t->data.len = t->begin;
	} else {
		memcpy(v.head, t->data.p + t->begin, sizeof(v.head));
		v.buffer = (int32_t)(t->full.len / sizeof(void *));
		v.offset = (int32_t)t->begin;
	}
	t->begin = t->data.len;
	if (add_bytes(&t->places, &v, sizeof(v)) != 0)
		return -1;
	if (t->data.len < VIEW_BUFFER)
		return 0;
	/* The next text begins in a new buffer. */
	char *p = trim_bytes(&t->data);
	int64_t size = (int64_t)t->data.len;

	if (add_bytes(&t->sizes, &size, sizeof(size)) != 0 ||
	    add_bytes(&t->full, &p, sizeof(p)) != 0)
		return -1;
	t->data = (struct bytes){ NULL, 0, 0 };
	t->begin = 0;
	return 0;
}

static int
texts_init(struct texts *t, enum layout layout)
{
	static const int64_t zero;

	*t = (struct texts){ .layout = layout };
	if (layout == LAYOUT_UTF8)
		return add_bytes(&t->places, &zero, sizeof(int32_t));
	if (layout == LAYOUT_LARGE_UTF8)
		return add_bytes(&t->places, &zero, sizeof(zero));
	return 0;
}

static void
texts_free(struct texts *t)
{
	for (size_t i = 0; i < t->full.len / sizeof(void *); i++)
		free(((void **)(void *)t->full.p)[i]);
	free(t->places.p);
	free(t->data.p);
	free(t->full.p);
	free(t->sizes.p);
}

/* An array of them; what 't' has is moved. */
static int
texts_finish(struct texts *t, int64_t n, uint8_t *valid, int64_t nulls,
	     struct ArrowArray *to)
{
	size_t nfull = t->full.len / sizeof(void *), nbuffers = 3;
	int64_t size = (int64_t)t->data.len;
	void **buffers;
	int got;

	if (t->layout == LAYOUT_VIEW) {
		if (add_bytes(&t->sizes, &size, sizeof(size)) != 0)
			goto fail;
		nbuffers = nfull + 4;
	}
	buffers = calloc(nbuffers, sizeof(*buffers));
	if (buffers == NULL)
		goto fail;
	buffers[0] = valid;
	buffers[1] = trim_bytes(&t->places);
	if (nfull > 0)
		memcpy(buffers + 2, t->full.p, t->full.len);
	buffers[2 + nfull] = trim_bytes(&t->data);
	if (t->layout == LAYOUT_VIEW)
		buffers[3 + nfull] = trim_bytes(&t->sizes);
	free(t->full.p);
	*t = (struct texts){ .layout = t->layout };
	got = arrow_make_array(to, n, nulls, buffers, nbuffers, NULL, 0, NULL);
	free(buffers);
	return got;
fail:
	free(valid);
	return -1;
}

struct builder {
	struct column_type type;
	int64_t n, room, nulls;
	uint8_t *valid;		/* NULL: all are, so far */
	struct texts texts;
	/* With a dictionary: */
	struct bytes indices;
	uint32_t *slot;		/* hash table: number of a text + 1, or 0 */
	struct bytes hashes;	/* uint64_t: of each text */
	size_t nslots;		/* a power of 2 */
};

static int
add_index(struct builder *b, uint64_t i)
{
	int32_t small = (int32_t)i;

	if (b->type.index == 'l' || b->type.index == 'L')
		return add_bytes(&b->indices, &i, sizeof(i));
	if (i > INT32_MAX)
		return -1;
	return add_bytes(&b->indices, &small, sizeof(small));
}

/* A row without a text of its own. */
static int
add_empty(struct builder *b)
{
	b->n++;
	return b->type.index != 0 ? add_index(b, 0) : end_text(&b->texts);
}

struct builder *
builder_new(struct column_type type, int64_t pad, int64_t n)
{
	struct builder *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->type = type;
	b->room = pad + n;
	if (texts_init(&b->texts, type.layout) != 0)
		goto fail;
	while (b->n < pad)
		if (add_empty(b) != 0)
			goto fail;
	return b;
fail:
	builder_free(b);
	return NULL;
}

void
builder_free(struct builder *b)
{
	if (b == NULL)
		return;
	texts_free(&b->texts);
	free(b->valid);
	free(b->indices.p);
	free(b->slot);
	free(b->hashes.p);
	free(b);
}

int
builder_add_null(struct builder *b)
{
	if (b->valid == NULL) {
		b->valid = arrow_bitmap((size_t)b->room);
		if (b->valid == NULL)
			return -1;
	}
	arrow_clear_bit(b->valid, b->n);
	b->nulls++;
	return add_empty(b);
}

/* FNV-1a. */
static uint64_t
hash_of(const char *p, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)p[i]) * 0x100000001b3;
	return h ^ h >> 32;
}

static struct dedup_text
dictionary_text(const struct texts *t, uint64_t i)
{
	struct dedup_text text;

	if (t->layout == LAYOUT_UTF8) {
		const int32_t *at = (const int32_t *)(const void *)t->places.p;

		text.len = (size_t)(at[i + 1] - at[i]);
		text.text = t->data.p + at[i];
	} else if (t->layout == LAYOUT_LARGE_UTF8) {
		const int64_t *at = (const int64_t *)(const void *)t->places.p;

		text.len = (size_t)(at[i + 1] - at[i]);
		text.text = t->data.p + at[i];
	} else {
		const struct view *v = (const struct view *)(const void *)
				       t->places.p + i;
		size_t nfull = t->full.len / sizeof(void *);

		text.len = (size_t)v->len;
		text.text = v->len <= VIEW_INLINE ? v->head :
			    ((size_t)v->buffer < nfull ?
			     ((char *const *)(const void *)t->full.p)
			     [v->buffer] : t->data.p) + v->offset;
	}
	return text;
}

/* Where in the table a text is, or would be. */
static size_t
find_slot(const struct builder *b, uint64_t hash, const char *p, size_t len)
{
	const uint64_t *hashes = (const uint64_t *)(const void *)b->hashes.p;
	size_t i = hash & (b->nslots - 1);

	for (; b->slot[i] != 0; i = (i + 1) & (b->nslots - 1)) {
		uint32_t number = b->slot[i] - 1;
		struct dedup_text t;

		if (hashes[number] != hash)
			continue;
		t = dictionary_text(&b->texts, number);
		if (t.len == len && (len == 0 || memcmp(t.text, p, len) == 0))
			break;
	}
	return i;
}

static int
grow_slots(struct builder *b, size_t n)
{
	const uint64_t *hashes = (const uint64_t *)(const void *)b->hashes.p;
	size_t nslots = b->nslots > 0 ? b->nslots : 64;
	uint32_t *slot;

	if (2 * (n + 1) < b->nslots)
		return 0;
	while (nslots <= 4 * n)
		nslots *= 2;
	slot = calloc(nslots, sizeof(*slot));
	if (slot == NULL)
		return -1;
	for (size_t k = 0; k < n; k++) {
		size_t i = hashes[k] & (nslots - 1);

		while (slot[i] != 0)
			i = (i + 1) & (nslots - 1);
		slot[i] = (uint32_t)k + 1;
	}
	free(b->slot);
	b->slot = slot;
	b->nslots = nslots;
	return 0;
}

/* The text in hand becomes an entry of the dictionary, unless it is one. */
static int
end_dictionary_row(struct builder *b)
{
	struct texts *t = &b->texts;
	size_t len = t->data.len - t->begin, i;
	size_t n = b->hashes.len / sizeof(uint64_t);
	const char *p = len > 0 ? t->data.p + t->begin : "";
	uint64_t hash = hash_of(p, len);

	if (n >= INT32_MAX || grow_slots(b, n) != 0)
		return -1;
	i = find_slot(b, hash, p, len);
	if (b->slot[i] != 0) {
		t->data.len = t->begin;
	} else {
		b->slot[i] = (uint32_t)n + 1;
		if (add_bytes(&b->hashes, &hash, sizeof(hash)) != 0 ||
		    end_text(t) != 0)
			return -1;
	}
	b->n++;
	return add_index(b, b->slot[i] - 1);
}

int
builder_add_kept(struct builder *b, const struct dedup_text *t,
		 const struct dedup_verdict *v)
{
	struct bytes *data = &b->texts.data;

	if (make_room(data, t->len) != 0)
		return -1;
	if (t->len > 0)
		data->len += dedup_apply(t->text, t->len, v,
					 data->p + data->len);
	if (b->type.index != 0)
		return end_dictionary_row(b);
	b->n++;
	return end_text(&b->texts);
}

int
builder_add_empty(struct builder *b)
{
	static const struct dedup_text text = { "", 0 };
	static const struct dedup_verdict nothing;

	return builder_add_kept(b, &text, &nothing);
}

int
builder_finish(struct builder *b, struct ArrowArray *to)
{
	struct ArrowArray dictionary;
	uint8_t *valid = b->valid;
	int64_t nulls = b->nulls, n = b->n;
	int got;

	b->valid = NULL;
	if (b->type.index == 0) {
		got = texts_finish(&b->texts, n, valid, nulls, to);
	} else if (texts_finish(&b->texts,
				(int64_t)(b->hashes.len / sizeof(uint64_t)),
				NULL, 0, &dictionary) != 0) {
		free(valid);
		got = -1;
	} else {
		void *buffers[] = { valid, trim_bytes(&b->indices) };

		b->indices.p = NULL;
		got = arrow_make_array(to, n, nulls, buffers, 2, NULL, 0,
				       &dictionary);
	}
	builder_free(b);
	return got;
}
