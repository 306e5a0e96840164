/*
 * Text of others on a terminal: control characters are shown as less(1) does,
 * ^[ or <U+202E>, so that no name and no text can move the cursor, forge a
 * message or turn the line around.
 */
#ifndef SHOWN_H
#define SHOWN_H

#include <stdbool.h>
#include <stddef.h>

#define SHOWN_MOST 4		/* bytes that one becomes, at most */

/*
 * Copy 'len' bytes to 'to', which has room for SHOWN_MOST times as many: how
 * many these become.  What is shown are the controls of ASCII and of C1, also
 * a C1 byte that is no UTF-8, line and paragraph separators, and the marks
 * that change the direction of writing.  All else is as it was.  'text': tabs
 * are no controls.
 */
size_t shown_copy(char *to, const char *s, size_t len, bool text);

#endif
