/* How a text ends. */
#include "ending.h"

#include "bytes.h"

#include <assert.h>

/*
 * Bytes of what may stand behind the end of a sentence or an ellipsis: a closing
 * bracket, quote or arrow at the end, or a space that does not break.  0: none.
 */
static size_t
closer_length(const char *s, size_t len)
{
	static const char *const closers[] = {
		"”", "’", "→", "»", "›", "“", "‘", "」", "』", "）", "】",
		"\xc2\xa0", "*", "_",
	};

	switch (len > 0 ? s[len - 1] : 0) {
	case ']': case ')': case '"': case '\'': case '>': case '}':
		return 1;
	default:
		break;
	}
	for (size_t i = 0; len > 0 && i < sizeof(closers) / sizeof(*closers);
	     i++)
		if (s[len - 1] == closers[i][strlen(closers[i]) - 1] &&
		    ends_in(s, len, closers[i]))
			return strlen(closers[i]);
	return 0;
}

/* Without white space and those, in any order. */
static size_t
without_closers(const char *s, size_t len)
{
	size_t n;

	do {
		len = trimmed(s, len);
		n = closer_length(s, len);
		len -= n;
	} while (n > 0);
	return len;
}

bool
ending_is_sentence(const char *text, size_t len)
{
	static const char *const marks[] = {
		"…", "。", "！", "？", "।", "۔", "؟", "．", "፡፡", "።", "။",
	};
	unsigned char last;

	len = trimmed(text, len);
	if (len == 0)
		return false;
	last = (unsigned char)text[len - 1];
	/* Most lines end in a letter or a full stop. */
	if (last == '.')
		return true;
	if ((last >= '0' && last <= '9') ||
	    ((last | 0x20) >= 'a' && (last | 0x20) <= 'z'))
		return false;
	len = without_closers(text, len);
	if (len == 0)
		return false;
	last = (unsigned char)text[len - 1];
	if (last < 0x80)
		return last == '.' || last == '!' || last == '?';
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (ends_in(text, len, marks[i]))
			return true;
	return false;
}

bool
ending_is_open(const char *text, size_t len)
{
	static const char *const marks[] = {
		"：", "；", "，", "、", "／", "،", "؛", "︰", "﹕", "﹔", "﹐",
		"፣", "፤", "፥",
	};
	unsigned char last;

	len = without_closers(text, len);
	if (len == 0)
		return false;
	last = (unsigned char)text[len - 1];
	if (last < 0x80)
		return last == ',' || last == ';' || last == ':' ||
		       last == '/';
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (ends_in(text, len, marks[i]))
			return true;
	return false;
}

/* May text whose last bytes are these end in an ellipsis? */
static bool
may_end_cut(unsigned char last, unsigned char before)
{
	if (last == '.')
		return before == '.';
	return last >= 0x80 || last == ']' || last == ')' || last == '"' ||
	       last == '\'' || last == '>';
}

enum ending
ending_of(const char *text, size_t len)
{
	size_t n = trimmed(text, len), end;

	/* Few texts end as one may: no need to look on in the others. */
	if (n < 3 || !may_end_cut((unsigned char)text[n - 1],
				  (unsigned char)text[n - 2]))
		return ENDING_WHOLE;
	n = end = without_closers(text, len);
	while (n > 0 && (ends_in(text, n, "…") || text[n - 1] == '.'))
		n -= text[n - 1] == '.' ? 1 : strlen("…");
	if (end - n < 3)
		return ENDING_WHOLE;
	if (n == 0 || text[n - 1] == ' ' || text[n - 1] == '[' ||
	    text[n - 1] == '(')
		return ENDING_AFTER;
	return ENDING_INSIDE;
}

/* What asks to read on, as words of scan.norm, after the space before it. */
static const char *const read_more[] = {
	"read more ", "read on ", "continue reading ", "keep reading ",
	"read full story ", "read the full story ", "read full article ",
	"read the full article ", "full story ", 
	"weiterlesen ", "weiter lesen ", "mehr lesen ",
	"lire la suite ", "lire plus ", "en savoir plus ",
	"leer más ", "seguir leyendo ", "continuar leyendo ", "leer mas ",
	"leggi tutto ", "leggi di più ", "continua a leggere ",
	"leia mais ", "ler mais ", "continue lendo ", "continuar lendo ",
	"continuar a ler ",
	"lees meer ", "lees verder ", "verder lezen ",
	"czytaj więcej ", "czytaj dalej ",
	"читать далее ", "читать дальше ", "читать полностью ", 
	"читати далі ",
	"läs mer ", "les mer ", "læs mere ", "lue lisää ",
	"číst dál ", "číst více ", "čítať ďalej ", "olvass tovább ",
	"citește mai mult ", "прочети още ",
	"devamını oku ",
	"διαβάστε περισσότερα ",
	"đọc thêm ", "xem thêm ", "baca selengkapnya ", "selengkapnya ",
	"اقرأ المزيد ", "ادامه مطلب ", "קרא עוד ", "המשך קריאה ",
	"और पढ़ें ", "더 보기 ", "더보기 ", "계속 읽기 ", "자세히 보기 ",
	"続 き を 読 む ", "続 き を 見 る ", "も っ と 見 る ",
	"阅 读 更 多 ", "阅 读 全 文 ", "继 续 阅 读 ", "查 看 更 多 ",
	"閱 讀 更 多 ", "閱 讀 全 文 ", "繼 續 閱 讀 ",
	"อ่ า น ต่ อ ",
};

#define NPHRASES (sizeof(read_more) / sizeof(read_more[0]))

#define FILTERED 5		/* bytes, with the last space; no phrase has fewer */

/* Some bits of the bytes before the last one. */
static inline unsigned
filter_bit(const char *end)
{
	uint32_t v;

	memcpy(&v, end - FILTERED, sizeof(v));
	return v * 0x9e3779b1u >> 22;
}

static_assert(NPHRASES < ENDING_PHRASES, "more room for phrases");

void
ending_filter_init(struct ending_filter *f)
{
	*f = (struct ending_filter){ { 0 }, { 0 } };
	for (size_t i = 0; i < NPHRASES; i++) {
		uint8_t *first = &f->first[filter_bit(read_more[i] +
						      strlen(read_more[i]))];

		f->next[i] = *first;
		*first = (uint8_t)(i + 1);
	}
}

/* Is the last word an arrow?  Its bytes, with the space, or 0. */
static size_t
arrow_length(const char *norm, size_t len)
{
	const unsigned char *p;

	if (len < 5 || norm[len - 5] != ' ')
		return 0;
	p = (const unsigned char *)norm + len - 4;
	/* U+2190 to U+21FF, U+25B6, U+25BA, U+2780 to U+27BF */
	return p[0] == 0xe2 && (p[1] == 0x86 || p[1] == 0x87 ||
				(p[1] == 0x96 && p[2] >= 0xb6) ||
				p[1] == 0x9e) ? 4 : 0;
}

uint32_t
ending_read_more(const struct ending_filter *f, const char *norm, size_t len)
{
	size_t arrow = 0;
	uint32_t n;

	if (len >= 2 && (unsigned char)norm[len - 2] >= 0x80)
		arrow = arrow_length(norm, len);
	len -= arrow;
	if (len < FILTERED)
		return 0;
	for (unsigned i = f->first[filter_bit(norm + len)]; i > 0;
	     i = f->next[i - 1]) {
		const char *phrase = read_more[i - 1];
		size_t size = strlen(phrase);

		if (size >= len || norm[len - size - 1] != ' ' ||
		    memcmp(norm + len - size, phrase, size) != 0)
			continue;
		n = arrow > 0;
		for (size_t k = 0; k < size; k++)
			n += phrase[k] == ' ';
		return n;
	}
	return 0;
}
