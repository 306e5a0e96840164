/*
 * Replacing a file in one step: a temporary file beside it takes its place only
 * once it is whole.  It is called ".NAME.dedup-xxxxxxxx", which nobody else calls
 * a file by chance; where NAME is long, "dedup" stands in for it.
 *
 *	replace_begin()  ->  write to r.fd  ->  replace_commit()
 *	                                   \->  replace_abort()
 *
 * Whatever happens, what is found at the path is all old or all new.  Symbolic
 * links are followed, also one whose target is not there yet.  Hard links to
 * the old file keep the old one.
 */
#ifndef REPLACE_H
#define REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#define REPLACE_STAND_IN "dedup"

struct replace {
	char *target;		/* what is replaced: no link, but for folders */
	char *temporary;	/* NULL: nothing is begun */
	int fd;			/* of the temporary file, to write; or -1 */
	bool like;		/* mode and owner are to be: */
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/*
 * Where 'path' leads, links followed, to be freed: 1 with *target and its
 * state in *st; 0, it is not there yet; -1 with errno: EISDIR, or EINVAL where
 * it exists and is no regular file.
 */
int replace_target(char **target, const char *path, struct stat *st);

/*
 * Make the temporary file.  Mode and owner will be those of 'like', or where
 * that is NULL, of the file replaced, or of any new file; but no bit of the
 * mode is set that is not in 'most', at no time.  0, or -1 with errno, as
 * above.
 */
int replace_begin(struct replace *r, const char *path,
		  const struct stat *like, mode_t most);

/*
 * Close the temporary file with the mode and owner it is to have; 'durable'
 * waits until the disk has it.  To be committed or aborted at any later time.
 * 0, or -1 with errno: then it was aborted.
 *
 * Where the owner cannot be given to it, it is the caller's, not set-id, and
 * open to its group only where it is open to all.
 */
int replace_seal(struct replace *r, bool durable);

/*
 * Put it in place, sealed before if it is not.  0, or -1 with errno; then the
 * old file is still there and the temporary one is not (but the new one is,
 * where it was the folder that could not be made durable).
 */
int replace_commit(struct replace *r, bool durable);

/* Is that what a temporary file is called?  The length of NAME, or 0. */
size_t replace_name_within(const char *name);

/* Leave all as it was; errno stays.  Harmless where nothing is begun. */
void replace_abort(struct replace *r);

#endif
