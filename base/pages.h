/*
 * Memory on pages.  Large memory that is read at random is on huge pages if the
 * system has them: on pages of 4 KB most reads would also miss the address
 * cache.
 */
#ifndef PAGES_H
#define PAGES_H

#include <stddef.h>

#define PAGES_HUGE ((size_t)2 << 20)	/* bytes of a huge page */

/*
 * Make the 'old' bytes at 'p' (NULL if old is 0) 'len' bytes long; new bytes
 * are zero.  Pages are moved and not copied, so no second array is held at the
 * same time.  'huge' asks for huge pages.  Returns where they are now, or NULL
 * with ENOMEM and 'p' as it was. pages_free() gives them back.
 */
void *pages_resize(void *p, size_t old, size_t len, int huge);
void pages_free(void *p, size_t len);

/*
 * A buffer that read() and write() go to, at the beginning of a page.  Where it
 * is a few bytes behind that, as malloc() has it, AMD's Zen 3 and 4 copy from
 * the page of a file to it at a third of their speed.  free() frees it; NULL
 * with ENOMEM.
 */
void *pages_buffer(size_t len);

#endif
