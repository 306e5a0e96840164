/*
 * Replacing a file in one step: a temporary file beside it takes its place only
 * when it is complete.  Its name is ".NAME.dedup-xxxxxxxx", which nobody else
 * uses by chance; if NAME is long, "dedup" is used instead.
 *
 *	replace_begin()  ->  write to r.fd  ->  replace_commit()
 *	                                   \->  replace_abort()
 *
 * Whatever happens, the file at the path is all old or all new.  Symbolic links
 * are followed, even if the target does not exist yet.  Hard links to the old
 * file keep the old one.
 */
#ifndef REPLACE_H
#define REPLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#define REPLACE_STAND_IN "dedup"

struct replace {
	char *target;		/* the file to replace: links are resolved,
				 * except in its folders */
	char *temporary;	/* NULL: not begun */
	int fd;			/* of the temporary file, to write; or -1 */
	bool like;		/* set mode and owner to: */
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/*
 * Where 'path' leads, with links followed; the caller frees it.  1 with *target
 * and its state in *st; 0 if it does not exist yet; -1 with errno: EISDIR if it
 * is a directory, EINVAL if it is not a regular file either.
 */
int replace_target(char **target, const char *path, struct stat *st);

/*
 * Make the temporary file.  Mode and owner will be those of 'like'; if that is
 * NULL, those of the file replaced; if there is none, those of any new file.
 * At no time is a bit of the mode set that is not in 'most'.  0, or -1 with
 * errno, as above.
 */
int replace_begin(struct replace *r, const char *path,
		  const struct stat *like, mode_t most);

/*
 * Close the temporary file with its final mode and owner; with 'durable', wait
 * until it is on disk.  It can be committed or aborted at any later time.  0,
 * or -1 with errno: then it was aborted.
 *
 * If its owner cannot be changed, it belongs to the caller, has no set-id bits,
 * and is open to its group only if it is open to all.
 */
int replace_seal(struct replace *r, bool durable);

/*
 * Put it in place, and seal it first if that was not done.  0, or -1 with
 * errno: then the temporary file is gone and the old file still there (or the
 * new one, if only the folder could not be synced).
 */
int replace_commit(struct replace *r, bool durable);

/* Is this the name of a temporary file?  Returns the length of NAME, or 0. */
size_t replace_name_within(const char *name);

/* Leave everything as it was; errno stays.  Harmless if nothing was begun. */
void replace_abort(struct replace *r);

#endif
