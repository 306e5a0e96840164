/* What a code point folds to, from utf8proc, remembered. */
#include "fold.h"
#include "sign_class.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define FORM_MAX 64		/* code points of one; 18 in fact */
#define OPTIONS ((utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | \
		 UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE))

static void
free_page(struct fold_page *page)
{
	if (page == NULL)
		return;
	for (size_t i = 0; page->forms != NULL && i < 1 << FOLD_PAGE_BITS; i++)
		free(page->forms->of[i]);
	free(page->forms);
	free(page);
}

void
fold_free(struct fold *f)
{
	/* Most text needs no page. */
	for (size_t i = 0; i < FOLD_PAGES && f->memory > 0; i++)
		free_page(f->page[i]);
}

/* Scripts written without spaces; c is folded. */
static bool
is_solo(utf8proc_int32_t c)
{
	static const struct {
		utf8proc_int32_t first, last;
	} range[] = {
		{ 0x0e00, 0x0e7f },	/* Thai */
		{ 0x0e80, 0x0eff },	/* Lao */
		{ 0x1000, 0x109f },	/* Burmese */
		{ 0x1780, 0x17ff },	/* Khmer */
		{ 0x2e80, 0x2fdf },	/* Han radicals */
		{ 0x3005, 0x3007 },	/* iteration mark, number zero */
		{ 0x3021, 0x3029 },	/* Hangzhou numerals */
		{ 0x3031, 0x303c },	/* kana repeat marks, numerals */
		{ 0x3041, 0x30ff },	/* Hiragana, Katakana */
		{ 0x31f0, 0x31ff },
		{ 0x3400, 0x4dbf },	/* Han */
		{ 0x4e00, 0x9fff },
		{ 0xa9e0, 0xa9ff },	/* Burmese */
		{ 0xaa60, 0xaa7f },
		{ 0xf900, 0xfaff },	/* Han */
		{ 0x1aff0, 0x1b16f },	/* kana */
		{ 0x20000, 0x3ffff },	/* Han */
	};

	if (c < range[0].first)
		return false;
	for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++)
		if (c >= range[i].first && c <= range[i].last)
			return true;
	return false;
}

/* Kind and flags of a folded code point; JOINS for a mark. */
static uint32_t
kind_of(utf8proc_int32_t c)
{
	switch (utf8proc_category(c)) {
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return JOINS;
	case UTF8PROC_CATEGORY_ND:
		return LETTER | DIGIT;	/* a number is one word in any script */
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return (is_solo(c) ? SOLO : LETTER) | DIGIT;
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
		return is_solo(c) ? SOLO : LETTER;
	default:
		return SEPARATOR;
	}
}

/* The same for one of several that a code point folds to: 1/2 is one number. */
static uint32_t
kind_among(utf8proc_int32_t c, bool several)
{
	return c == 0x2044 && several ? LETTER : kind_of(c);
}

/* What c folds to by itself, decomposed; returns how many code points. */
static size_t
fold_char(utf8proc_int32_t c, struct folded folded[FORM_MAX])
{
	utf8proc_uint8_t utf8[4];
	utf8proc_int32_t buf[FORM_MAX];
	utf8proc_ssize_t n = utf8proc_encode_char(c, utf8);

	n = utf8proc_decompose(utf8, n, buf, FORM_MAX, OPTIONS);
	if (n < 0 || n > FORM_MAX)
		return 0;
	for (utf8proc_ssize_t i = 0; i < n; i++)
		folded[i] = (struct folded){
			kind_among(buf[i], n > 1) | (uint32_t)buf[i],
			utf8proc_get_property(buf[i])->combining_class,
		};
	return (size_t)n;
}

/* Compose the first n, whatever their classes; returns how many are left. */
static size_t
compose(struct folded folded[FORM_MAX], size_t n)
{
	utf8proc_int32_t buf[FORM_MAX];
	utf8proc_ssize_t left;

	for (size_t i = 0; i < n; i++)
		buf[i] = (utf8proc_int32_t)(folded[i].c & CODEPOINT);
	left = utf8proc_normalize_utf32(buf, (utf8proc_ssize_t)n, OPTIONS);
	for (utf8proc_ssize_t i = 0; i < left; i++)
		folded[i].c = kind_among(buf[i], n > 1) | (uint32_t)buf[i];
	return left > 0 ? (size_t)left : 0;
}

/* Is c a digit that is not part of a number beside it? */
static uint32_t
raised(utf8proc_int32_t c)
{
	if (c < 0x80)
		return 0;
	if (c >= 0x2080 && c <= 0x208c)
		return SUB;
	return utf8proc_category(c) == UTF8PROC_CATEGORY_NO ||
	       (c >= 0x207a && c <= 0x207c) ? SUPER : 0;
}

static uint32_t
info_of_several(const struct folded *folded, size_t n)
{
	if ((folded[0].c & folded[n - 1].c & DIGIT) != 0)
		return SEVERAL | DIGIT;
	if ((folded[0].c & KIND) != SEPARATOR)
		return SEVERAL;
	return SEVERAL | sign_class_of(folded[0].c & CODEPOINT) << CLASS_SHIFT;
}

static uint32_t
compute_info(utf8proc_int32_t c)
{
	struct folded folded[FORM_MAX];
	size_t n = fold_char(c, folded);
	uint32_t flags = raised(c);

	if (n == 0)
		return JOINS | IGNORED;
	if (fold_may_join(folded[0].c))
		return JOINS;
	if ((c >= 0x2033 && c <= 0x2034) || c == 0x2057)
		return sign_info((uint32_t)c);
	if (utf8proc_category(c) == UTF8PROC_CATEGORY_LU)
		flags |= UPPER;
	n = compose(folded, n);
	if (n != 1)
		return info_of_several(folded, n) | flags;
	if ((folded[0].c & KIND) == SEPARATOR)
		return sign_info(folded[0].c & CODEPOINT) | flags;
	return folded[0].c | flags;
}

static struct fold_page *
page_of(struct fold *f, uint32_t c)
{
	struct fold_page **page = &f->page[c >> FOLD_PAGE_BITS];

	if (*page == NULL) {
		*page = calloc(1, sizeof(**page));
		if (*page != NULL)
			f->memory += sizeof(**page);
	}
	return *page;
}

uint32_t
fold_find_info(struct fold *f, uint32_t c)
{
	struct fold_page *page = page_of(f, c);
	uint32_t info = compute_info((utf8proc_int32_t)c);

	if (page != NULL)
		page->info[c & ((1 << FOLD_PAGE_BITS) - 1)] = info;
	return info;
}

uint32_t
fold_join(struct fold *f, uint32_t starter, uint32_t next)
{
	uint32_t hash = (starter * 0x9e3779b1u ^ next) * 0x85ebca6bu;
	struct fold_pair *p = &f->pairs[hash >> (32 - FOLD_PAIRS_BITS)];

	if (p->starter != starter || p->next != next) {
		utf8proc_int32_t buf[2] = {
			(utf8proc_int32_t)(starter & CODEPOINT),
			(utf8proc_int32_t)(next & CODEPOINT),
		};
		bool one = utf8proc_normalize_utf32(buf, 2, OPTIONS) == 1;

		*p = (struct fold_pair){
			starter, next,
			one ? kind_of(buf[0]) | (uint32_t)buf[0] : 0,
		};
	}
	return p->joined;
}

static struct form *
new_form(struct fold *f, utf8proc_int32_t c)
{
	struct folded folded[FORM_MAX];
	char head[5 * FORM_MAX];
	struct scan out = { .norm = head };
	struct put p = { .out = &out };
	size_t n = fold_char(c, folded), cut = 0, nhead, size;
	uint32_t first = UNKNOWN;
	struct form *form;

	/* The tail starts at the last one that changes nothing before it. */
	if (n > 0 && !fold_may_join(folded[0].c))
		for (cut = n - 1; fold_may_join(folded[cut].c); )
			cut--;
	nhead = cut > 0 ? compose(folded, cut) : 0;
	for (size_t i = 0; i < nhead; i++)
		put_folded(&p, fold_plain(folded[i].c));
	if (nhead > 0)
		first = folded[0].c & KIND;
	size = sizeof(*form) + (n - cut) * sizeof(*folded) + out.norm_len;
	form = malloc(size);
	if (form == NULL)
		return NULL;
	f->memory += size;
	*form = (struct form){
		.head_kind = first,
		.head_len = (uint32_t)out.norm_len,
		.head_words = p.nwords - (p.nwords > 0 && first != SEPARATOR),
		.head_place = p.place,
		.head_solo2 = p.solo2,
		.head_solo4 = p.solo4,
		.head_digits = p.digits,
		.ntail = (uint32_t)(n - cut),
	};
	memcpy(form->tail, folded + cut, (n - cut) * sizeof(*folded));
	memcpy(form->tail + form->ntail, head, out.norm_len);
	return form;
}

const struct form *
fold_form(struct fold *f, uint32_t c)
{
	struct fold_page *page = page_of(f, c);
	struct form **form;

	if (page == NULL)
		return NULL;
	if (page->forms == NULL) {
		page->forms = calloc(1, sizeof(*page->forms));
		if (page->forms == NULL)
			return NULL;
		f->memory += sizeof(*page->forms);
	}
	form = &page->forms->of[c & ((1 << FOLD_PAGE_BITS) - 1)];
	if (*form == NULL)
		*form = new_form(f, (utf8proc_int32_t)c);
	return *form;
}
