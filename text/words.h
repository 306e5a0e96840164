/*
 * Text to lines of words.
 *
 * A word is a maximal run of letters, marks and digits after NFKC case folding
 * (Unicode UAX #15 and UTS #18; categories of UAX #44), and of the signs that
 * count (sign.h).  In scripts written without spaces (Han, kana, Thai, Lao,
 * Khmer, Burmese) each letter, with the marks on it, is a word.  So is a run of
 * symbols, and an address.  All else separates words.  Character references are
 * the characters that they stand for, and digits above or below the line stay
 * apart from those on it: 10^6, H_2, 1^1/2.
 *
 * A byte that is not UTF-8 is a letter, itself: text in another encoding is
 * compared byte by byte.  Such a byte is the same in the words and in the text,
 * differs from every character and from every other byte, and has no other
 * case.
 *
 *	text	M 0xE4 d c h e n ,   M U+00E4 d c h e n \n
 *	words	m 0xE4 d c h e n _ m U+00E4 d c h e n _
 *
 * Marks in a row are folded 30 at a time, as in the Stream-Safe Text Format
 * (UAX #15, section 13); real text has fewer.
 */
#ifndef WORDS_H
#define WORDS_H

#include "scan.h"
#include "vectors.h"

struct words_reader;

/* fold_digits: every number (and run of numbers) reads as the word "0". */
struct words_reader *words_new(bool fold_digits);
void words_free(struct words_reader *w);

/* The version of Unicode that words are folded by, such as "15.0.0". */
const char *words_unicode(void);

/* Use these vector instructions, or fewer.  For tests of all variants. */
void words_limit(struct words_reader *w, enum vectors most);

/*
 * Append the lines of text[0..len) to 'out'.  The text starts at byte 'off'
 * of the document and ends with a newline or with the document; each line is
 * shorter than 2^32 / 12 bytes.  0, or -1 with ENOMEM and 'out' as it was.
 */
int words_read(struct words_reader *w, struct scan *out, const char *text,
	       size_t len, uint64_t off);

/*
 * The same, one character at a time. words_read() must agree with it, whatever
 * vector instructions it uses.  For tests.
 */
int words_read_plain(struct words_reader *w, struct scan *out,
		     const char *text, size_t len, uint64_t off);

/*
 * Where each word is in the text, in order: for showing them.  All 0 before the
 * first call; the caller frees it.
 */
struct word_spans {
	struct word_span {
		size_t off, len;	/* bytes */
	} *span;
	size_t n, room;
	bool failed;
};

/*
 * words_read_plain(), by a reader without fold_digits; it also sets 'spans' to
 * where in the document these words are.
 */
int words_read_spans(struct words_reader *w, struct scan *out,
		     struct word_spans *spans, const char *text, size_t len,
		     uint64_t off);

/* Append (part of) a line that is too long to be read. */
int words_skip(struct scan *out, size_t len, uint64_t off, bool begins);

/* Bytes held by the reader. */
size_t words_memory(const struct words_reader *w);

#endif
