/*
 * Large memory that is read at random, on huge pages where the system has
 * them: with pages of 4 KB, most of such reads miss the address cache too.
 */
#ifndef PAGES_H
#define PAGES_H

#include <stddef.h>

#define PAGES_HUGE ((size_t)2 << 20)	/* bytes of a huge page */

/*
 * 'len' bytes, zero where they are new, of which the first 'old' are those at
 * 'p' (NULL where old is 0).  Nothing is copied, so that no second array is
 * held at the same time.  'huge' asks for huge pages.  NULL with ENOMEM, and
 * 'p' as it was.  pages_free() gives them back.
 */
void *pages_resize(void *p, size_t old, size_t len, int huge);
void pages_free(void *p, size_t len);

#endif
