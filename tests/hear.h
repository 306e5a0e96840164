/* What a test's functions write to standard error. */
#ifndef HEAR_H
#define HEAR_H

/* What is written from here on is kept, up to heard(). */
void hear(void);

/* What was written since hear(); valid until the next heard(). */
const char *heard(void);

#endif
