/* The normal form of a character with all that may join it. */
#include "cluster.h"

#include <string.h>

/* Non-starters in a row: Stream-Safe Text Format, UAX #15 section 13. */
#define MARKS_MAX 30

/*
 * The part of a cluster that is not written yet: the last starter, and the
 * marks after it, which may still compose with it.
 *
 *	o		U+0323 (class 220)	U+0302 (class 230)
 *	starter		mark[0]			mark[1]
 */
struct cluster {
	uint32_t starter;	/* folded, with its kind; 0: none */
	struct folded mark[MARKS_MAX];	/* by class; a class in text order */
	size_t nmarks;
};

/*
 * Compose the marks with the starter.  Those that are left stay in order; a
 * mark cannot pass one of its own class.
 */
static void
compose_marks(struct fold *f, struct cluster *cluster)
{
	size_t n = 0;

	if (cluster->starter == 0)
		return;
	for (size_t i = 0; i < cluster->nmarks; i++) {
		struct folded m = cluster->mark[i];
		uint32_t joined = 0;

		if (n == 0 || cluster->mark[n - 1].class != m.class)
			joined = fold_join(f, cluster->starter, m.c);
		if (joined != 0)
			cluster->starter = joined;
		else
			cluster->mark[n++] = m;
	}
	cluster->nmarks = n;
}

/* Write what the cluster holds; there is room. */
static void
flush_cluster(struct sink *k, struct cluster *cluster)
{
	if (cluster->nmarks > 0)
		compose_marks(k->r.fold, cluster);
	if (cluster->starter != 0)
		put_folded(&k->put, cluster->starter);
	for (size_t i = 0; i < cluster->nmarks; i++)
		put_folded(&k->put, cluster->mark[i].c);
	cluster->starter = 0;
	cluster->nmarks = 0;
}

static void
add_starter(struct sink *k, struct cluster *cluster, uint32_t c)
{
	uint32_t joined = 0;

	if (fold_may_join(c) && cluster->starter != 0) {
		compose_marks(k->r.fold, cluster);
		if (cluster->nmarks == 0)
			joined = fold_join(k->r.fold, cluster->starter, c);
	}
	if (joined == 0) {
		flush_cluster(k, cluster);
		cluster->starter = c;
	} else {
		cluster->starter = joined;
	}
}

static void
add_mark(struct sink *k, struct cluster *cluster, struct folded f)
{
	size_t i;

	if (cluster->nmarks == MARKS_MAX)
		flush_cluster(k, cluster);
	for (i = cluster->nmarks++; i > 0; i--) {
		if (cluster->mark[i - 1].class <= f.class)
			break;
		cluster->mark[i] = cluster->mark[i - 1];
	}
	cluster->mark[i] = f;
}

static void
put_head(struct put *p, const struct form *form)
{
	put_begin(p, form->head_kind);
	memcpy(p->out->norm + p->out->norm_len, form->tail + form->ntail,
	       form->head_len);
	p->out->norm_len += form->head_len;
	p->nwords += form->head_words;
	p->solo2 += form->head_solo2;
	p->solo4 += form->head_solo4;
	p->digits |= form->head_digits;
	p->place = form->head_place;
}

/*
 * Add c to the cluster.  Then there is room to flush it, and for 'rest' bytes.
 */
static int
add_char(struct sink *k, struct cluster *cluster, utf8proc_int32_t c,
	 size_t rest)
{
	const struct form *form = fold_form(k->r.fold, (uint32_t)c);
	size_t most;

	if (form == NULL)
		return -1;
	most = form->head_len + 5 * (form->ntail + MARKS_MAX + 2);
	if (scan_reserve_norm(k->put.out, most + room_for(rest)) != 0)
		return -1;
	if (form->head_kind != UNKNOWN)
		put_head(&k->put, form);	/* and the cluster is empty */
	for (uint32_t i = 0; i < form->ntail; i++)
		if (form->tail[i].class == 0)
			add_starter(k, cluster, fold_plain(form->tail[i].c));
		else
			add_mark(k, cluster, form->tail[i]);
	return 0;
}

int
cluster_read(struct sink *k, struct character ch, struct character *next,
	     size_t *pos)
{
	struct cluster cluster;

	cluster.starter = 0;
	cluster.nmarks = 0;
	if (add_char(k, &cluster, ch.c, k->r.len - *pos) != 0)
		return -1;
	while (cluster_joins(*next)) {
		k->high = true;
		*pos += next->len;
		if (add_char(k, &cluster, next->c, k->r.len - *pos) != 0)
			return -1;
		*next = character_at(&k->r, *pos);
	}
	flush_cluster(k, &cluster);
	return 0;
}
