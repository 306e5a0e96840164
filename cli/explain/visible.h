/*
 * Foreign text on a terminal: control characters are escaped as less(1) does,
 * ^[ or <U+202E>, so that no name and no text can move the cursor, forge a
 * message or reverse the line.
 */
#ifndef VISIBLE_H
#define VISIBLE_H

#include <stdbool.h>
#include <stddef.h>

#define VISIBLE_MOST 4		/* bytes that one becomes, at most */

/*
 * Copy 'len' bytes to 'to', which has room for VISIBLE_MOST times as many: how
 * many these become.  Escaped are the controls of ASCII and of C1, also a C1
 * byte that is not UTF-8, line and paragraph separators, and marks that change
 * the direction of writing.  All else is unchanged.  'text': tabs do not count
 * as controls.
 */
size_t visible_copy(char *to, const char *s, size_t len, bool text);

#endif
