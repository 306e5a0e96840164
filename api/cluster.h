/* What the files of a corpus in parts share: cluster, rows, know, match. */
#ifndef CLUSTER_API_H
#define CLUSTER_API_H

#include "api.h"
#include "blob.h"

/* Of a struct dedup that one split is read with. */
struct cluster {
	struct asks asks;
	bool knows;		/* others were asked: by this split, ... */
	uint32_t split;
	uint64_t sum;		/* ... whose texts have this checksum */
	struct fingerprint *went;	/* facts to ask for: were the units that
					 * are known removed? */
	size_t nwent, went_room;
	uint64_t *begin;	/* of documents: see struct asks */
};

/* What blobs of the same options, secret and version have in common. */
uint64_t api_identity(const struct dedup *d);

/* A call begins that reads a split: DEDUP_OK with *c, and *sum of its texts. */
enum dedup_status api_begin_split(struct dedup *d, const struct dedup_split *s,
				  struct cluster **c, uint64_t *sum,
				  char why[DEDUP_WHY]);

/* DEDUP_EINVAL, and the reason in 'why'. */
enum dedup_status api_refuse(char *why, const char *reason);

/* The head of a blob of this split. */
struct blob_head api_head(const struct dedup *d, const struct dedup_split *s,
			  uint64_t sum, enum blob_kind kind);

/* 0, or -1 with ENOMEM. */
int api_put_place(struct blob *b, const struct place *p, uint64_t first);

#endif
