/* Arrow structs: made, copied, shared, released. */
#include "arrow.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What private_data of the structs made here points to. */
struct schema_parts {
	char *format, *name, *metadata;
	struct ArrowSchema *child, **children, *dictionary;
};

struct shared {
	atomic_size_t owners;
	struct ArrowArray array;
};

struct array_parts {
	struct shared *owner;		/* of the buffers, or NULL: */
	void **buffers;			/* they belong to this array */
	size_t nbuffers;
	struct ArrowArray *child, **children, *dictionary;
};

/* Schemas. */

static void
free_schema_parts(struct schema_parts *p)
{
	free(p->format);
	free(p->name);
	free(p->metadata);
	free(p->child);
	free(p->children);
	free(p->dictionary);
	free(p);
}

static void
release_schema(struct ArrowSchema *s)
{
	struct schema_parts *p = s->private_data;

	for (int64_t i = 0; i < s->n_children; i++)
		if (s->children[i]->release != NULL)
			s->children[i]->release(s->children[i]);
	if (s->dictionary != NULL && s->dictionary->release != NULL)
		s->dictionary->release(s->dictionary);
	free_schema_parts(p);
	s->release = NULL;
}

/* Bytes of metadata: a count of pairs, then lengths and bytes, all int32. */
static size_t
metadata_size(const char *m)
{
	size_t at = sizeof(int32_t);
	int32_t n;

	memcpy(&n, m, sizeof(n));
	for (int64_t i = 0; i < 2 * (int64_t)n; i++) {
		int32_t len;

		memcpy(&len, m + at, sizeof(len));
		at += sizeof(len) + (size_t)len;
	}
	return at;
}

static char *
copy_bytes(const char *p, size_t len)
{
	char *copy = malloc(len);

	return copy != NULL ? memcpy(copy, p, len) : NULL;
}

/* A schema with 'n' children, none of which is made yet. */
static int
begin_schema(struct ArrowSchema *to, const char *format, const char *name,
	     const char *metadata, int64_t flags, size_t n)
{
	struct schema_parts *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return -1;
	p->format = strdup(format);
	p->name = strdup(name != NULL ? name : "");
	if (metadata != NULL)
		p->metadata = copy_bytes(metadata, metadata_size(metadata));
	p->child = calloc(n + 1, sizeof(*p->child));
	p->children = calloc(n + 1, sizeof(struct ArrowSchema *));
	p->dictionary = calloc(1, sizeof(*p->dictionary));
	if (p->format == NULL || p->name == NULL || p->child == NULL ||
	    (metadata != NULL && p->metadata == NULL) || p->children == NULL ||
	    p->dictionary == NULL) {
		free_schema_parts(p);
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		p->children[i] = &p->child[i];
	*to = (struct ArrowSchema){
		.format = p->format, .name = p->name, .metadata = p->metadata,
		.flags = flags, .n_children = (int64_t)n,
		.children = p->children, .release = release_schema,
		.private_data = p,
	};
	return 0;
}

int
arrow_copy_schema(struct ArrowSchema *to, const struct ArrowSchema *from,
		  const char *format)
{
	struct schema_parts *p;

	if (begin_schema(to, format != NULL ? format : from->format,
			 from->name, from->metadata, from->flags,
			 (size_t)from->n_children) != 0)
		return -1;
	p = to->private_data;
	for (int64_t i = 0; i < from->n_children; i++)
		if (arrow_copy_schema(to->children[i], from->children[i],
				      NULL) != 0)
			goto fail;
	if (from->dictionary != NULL) {
		if (arrow_copy_schema(p->dictionary, from->dictionary,
				      NULL) != 0)
			goto fail;
		to->dictionary = p->dictionary;
	}
	return 0;
fail:
	release_schema(to);
	return -1;
}

int
arrow_make_schema(struct ArrowSchema *to, const char *format, const char *name,
		  int64_t flags, struct ArrowSchema *children, size_t n)
{
	int got = begin_schema(to, format, name, NULL, flags, n);

	for (size_t i = 0; i < n; i++) {
		if (got == 0)
			*to->children[i] = children[i];
		else if (children[i].release != NULL)
			children[i].release(&children[i]);
	}
	return got;
}

/* Arrays. */

static void
free_array_parts(struct array_parts *p)
{
	if (p->owner == NULL)
		for (size_t i = 0; i < p->nbuffers; i++)
			free(p->buffers[i]);
	free(p->buffers);
	free(p->child);
	free(p->children);
	free(p->dictionary);
	arrow_drop(p->owner);
	free(p);
}

static void
release_array(struct ArrowArray *a)
{
	for (int64_t i = 0; i < a->n_children; i++)
		if (a->children[i]->release != NULL)
			a->children[i]->release(a->children[i]);
	if (a->dictionary != NULL && a->dictionary->release != NULL)
		a->dictionary->release(a->dictionary);
	free_array_parts(a->private_data);
	a->release = NULL;
}

/* Room for 'n' children and a dictionary, none of which is made yet. */
static struct array_parts *
new_array_parts(size_t n)
{
	struct array_parts *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->child = calloc(n + 1, sizeof(*p->child));
	p->children = calloc(n + 1, sizeof(struct ArrowArray *));
	p->dictionary = calloc(1, sizeof(*p->dictionary));
	if (p->child == NULL || p->children == NULL || p->dictionary == NULL) {
		free_array_parts(p);
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		p->children[i] = &p->child[i];
	return p;
}

struct shared *
arrow_share(struct ArrowArray *array)
{
	struct shared *s = malloc(sizeof(*s));

	if (s == NULL) {
		array->release(array);
		return NULL;
	}
	atomic_init(&s->owners, 1);
	s->array = *array;
	array->release = NULL;
	return s;
}

struct shared *
arrow_hold(struct shared *s)
{
	atomic_fetch_add(&s->owners, 1);
	return s;
}

void
arrow_drop(struct shared *s)
{
	if (s == NULL || atomic_fetch_sub(&s->owners, 1) != 1)
		return;
	s->array.release(&s->array);
	free(s);
}

const struct ArrowArray *
arrow_array(const struct shared *s)
{
	return &s->array;
}

/*
 * Each node has an owner of its own: a consumer may move children out of a
 * struct and release that.
 */
static int
export_node(struct ArrowArray *to, const struct ArrowArray *from,
	    struct shared *s)
{
	struct array_parts *p = new_array_parts((size_t)from->n_children);

	if (p == NULL)
		return -1;
	p->owner = arrow_hold(s);
	*to = *from;
	to->children = p->children;
	to->dictionary = NULL;
	to->release = release_array;
	to->private_data = p;
	for (int64_t i = 0; i < from->n_children; i++)
		if (export_node(to->children[i], from->children[i], s) != 0)
			goto fail;
	if (from->dictionary != NULL) {
		if (export_node(p->dictionary, from->dictionary, s) != 0)
			goto fail;
		to->dictionary = p->dictionary;
	}
	return 0;
fail:
	release_array(to);
	return -1;
}

int
arrow_export(struct ArrowArray *to, struct shared *s)
{
	return export_node(to, &s->array, s);
}

int
arrow_replace(struct ArrowArray *to, struct shared *s, const size_t *path,
	      size_t depth, struct ArrowArray *array)
{
	struct ArrowArray *at = to;

	if (arrow_export(to, s) != 0) {
		array->release(array);
		return -1;
	}
	for (size_t i = 0; i < depth; i++)
		at = at->children[path[i]];
	at->release(at);
	*at = *array;
	array->release = NULL;
	return 0;
}

static void
release_all(struct ArrowArray *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].release != NULL)
			a[i].release(&a[i]);
}

int
arrow_make_array(struct ArrowArray *to, int64_t length, int64_t nulls,
		 void *const *buffers, size_t nbuffers,
		 struct ArrowArray *children, size_t nchildren,
		 struct ArrowArray *dictionary)
{
	struct array_parts *p = new_array_parts(nchildren);
	void **copy = calloc(nbuffers + 1, sizeof(*copy));

	if (p == NULL || copy == NULL) {
		for (size_t i = 0; i < nbuffers; i++)
			free(buffers[i]);
		release_all(children, nchildren);
		release_all(dictionary, dictionary != NULL);
		free(copy);
		if (p != NULL)
			free_array_parts(p);
		return -1;
	}
	memcpy(copy, buffers, nbuffers * sizeof(*copy));
	p->buffers = copy;
	p->nbuffers = nbuffers;
	for (size_t i = 0; i < nchildren; i++)
		p->child[i] = children[i];
	*to = (struct ArrowArray){
		.length = length, .null_count = nulls,
		.n_buffers = (int64_t)nbuffers,
		.n_children = (int64_t)nchildren,
		.buffers = (const void **)copy, .children = p->children,
		.release = release_array, .private_data = p,
	};
	if (dictionary != NULL) {
		*p->dictionary = *dictionary;
		to->dictionary = p->dictionary;
	}
	return 0;
}

uint8_t *
arrow_bitmap(size_t n)
{
	uint8_t *bitmap = malloc(n / 8 + 1);

	return bitmap != NULL ? memset(bitmap, 0xff, n / 8 + 1) : NULL;
}
