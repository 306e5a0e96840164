/* Character references, such as "&amp;": which characters they stand for. */
#ifndef ENTITY_H
#define ENTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the reference at s[0..len), from its '&' on; 0: there is none. */
size_t entity_at(const char *s, size_t len, uint32_t *c);

/* The same for a reference that ends with s[end - 1], a ';'. */
size_t entity_before(const char *s, size_t end, uint32_t *c);

#endif
