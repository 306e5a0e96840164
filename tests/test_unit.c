/*
 * unit.c: what people take for wrapped paragraphs, lists, code, lines and
 * cut-off leads, written by hand; and what must not matter to it.
 *
 * Every text stands in a buffer of its exact size, so that a build with
 * -fsanitize=address sees each read past its end.
 */
#include "random.h"

#include "ending.h"
#include "unit.h"
#include "words.h"

#define MIN_WORDS 5

static struct words_reader *reader;

/* The lines and units of a text that is one block. */
struct block {
	struct scan scan;
	struct unit_span *span;
	size_t nspans;
};

/* Split it, and check what holds of all units. */
static struct block
split(const char *text, size_t len, uint64_t base)
{
	struct block b = { 0 };
	struct line *lines;
	char *copy = exact_copy(text, len), *norm;
	size_t n, i = 0;

	assert_int_equal(words_read(reader, &b.scan, copy, len, base), 0);
	n = b.scan.nlines;
	lines = exact_copy(b.scan.lines, n * sizeof(*lines));
	norm = exact_copy(b.scan.norm, b.scan.norm_len);
	b.span = malloc((n > 0 ? n : 1) * sizeof(*b.span));
	assert_non_null(b.span);
	if (n > 0)
		b.nspans = unit_split(lines, n, copy, base, norm, MIN_WORDS,
				      b.span);
	assert_in_range(b.nspans, n > 0, n);
	for (size_t u = 0; u < b.nspans; u++) {
		const struct unit_span *s = &b.span[u];

		assert_in_range(s->nlines, 1, n - i);
		if (s->kind == UNIT_LINE) {
			assert_int_equal(s->nlines, 1);
			assert_true(lines[i].nwords >= MIN_WORDS);
		}
		if (s->kind == UNIT_WRAPPED)
			assert_true(s->nlines > 1);
		if (s->kind == UNIT_RUN) {
			for (size_t k = i; k < i + s->nlines; k++)
				assert_true(lines[k].nwords < MIN_WORDS);
			assert_true(u == 0 || s[-1].kind != UNIT_RUN);
		}
		i += s->nlines;
	}
	assert_int_equal(i, n);
	free(copy);
	free(lines);
	free(norm);
	return b;
}

static void
block_free(struct block *b)
{
	scan_free(&b->scan);
	free(b->span);
}

/*
 * A letter for each line: L, R, W or C (of code) where a unit begins, and a
 * space where it goes on.
 */
static void
kinds_n(const char *text, size_t len, uint64_t base, char *kinds)
{
	struct block b = split(text, len, base);

	for (size_t u = 0; u < b.nspans; u++) {
		memset(kinds, ' ', b.span[u].nlines);
		*kinds = "LRWC"[b.span[u].kind];
		kinds += b.span[u].nlines;
	}
	*kinds = '\0';
	block_free(&b);
}

/*
 * The same of a whole text.  It must not depend on where the text starts in
 * the document, on a missing newline at its end, on line ends of two bytes,
 * or on white space at the ends of lines.
 */
static void
kinds(const char *text, char *to)
{
	size_t len = strlen(text), n = 0;
	char *other = malloc(4 * len + 1), *again = malloc(len + 1);

	assert_non_null(other);
	assert_non_null(again);
	kinds_n(text, len, 0, to);
	kinds_n(text, len, (uint64_t)1 << 40, again);
	assert_string_equal(again, to);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			other[n++] = '\r';
		other[n++] = text[i];
	}
	kinds_n(other, n, 77, again);
	assert_string_equal(again, to);
	n = 0;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n') {
			memcpy(other + n, " \t ", 3);
			n += 3;
		}
		other[n++] = text[i];
	}
	kinds_n(other, n, 0, again);
	assert_string_equal(again, to);
	if (len > 0 && text[len - 1] == '\n') {
		kinds_n(text, len - 1, 0, again);
		assert_string_equal(again, to);
	}
	free(other);
	free(again);
}

/* Split a block of which each line has its letter and a bar before it. */
static void
expect(const char *marked)
{
	size_t len = strlen(marked), n = 0, lines = 0;
	char *text = malloc(len + 1), *want = malloc(len + 1);
	char *got = malloc(len + 1);

	assert_non_null(text);
	assert_non_null(want);
	assert_non_null(got);
	for (const char *s = marked, *end; *s != '\0'; s = end) {
		assert_non_null(strchr("LRWC ", *s));
		assert_int_equal(s[1], '|');
		want[lines++] = *s;
		end = strchr(s, '\n');
		end = end != NULL ? end + 1 : s + strlen(s);
		memcpy(text + n, s + 2, (size_t)(end - s - 2));
		n += (size_t)(end - s - 2);
	}
	text[n] = want[lines] = '\0';
	kinds(text, got);
	if (strcmp(got, want) != 0)
		fail_msg("\"%s\", not \"%s\":\n%s", got, want, text);
	free(text);
	free(want);
	free(got);
}

static void
test_hard_wrapped_text_is_one_unit(void **state)
{
	(void)state;
	/* A mail. */
	expect("W|I have had a look at the patch that you sent last week, and\n"
	       " |it seems to me that the second half of it could be done in\n"
	       " |a simpler way: the table is only ever read there, so nothing\n"
	       " |has to be locked.\n");
	/* A specification, indented, with words in quotes. */
	expect("W|   The words \"KEEP\", \"KEEP NOT\", \"DROP\", \"PASS\",\n"
	       " |   \"PASS ON\", \"HOLD\", \"HOLD BACK\", and \"LET GO\" mean\n"
	       " |   in this text what the table at its end says that they\n"
	       " |   mean, and nothing else.\n");
	/* A book: some lines end where a sentence does. */
	expect("W|The harbour master had never been able to say why the bell\n"
	       " |of the old lighthouse rang on some nights and not on others.\n"
	       " |Whatever the wind may have had to do with it, he used to say\n"
	       " |to those who asked, the wind alone was never enough; and as\n"
	       " |he said so he would look out over the water, as though some\n"
	       " |answer might yet come from there if only he waited for it a\n"
	       " |little longer.\n");
	/* Two lines. */
	expect("W|The ferry was late again, the quay was empty again, and it\n"
	       " |was cold again, and so nobody was there to see it arrive.\n");
	/* Not in English, not ASCII. */
	expect("W|Über den Dächern war es still, sagte sie, während er müde\n"
	       " |die Höhen entlang schaute und lange schwieg, bevor er das\n"
	       " |Gespräch wieder aufnahm und größere Töne anschlug.\n");
	/* Two bytes a letter: columns are not bytes. */
	expect("W|Утром на пристани никого не было, и только чайки ходили по\n"
	       " |мокрым доскам, пока из тумана не показался старый паром, на\n"
	       " |котором, как потом рассказывали, тоже не было ни души.\n");
	/* Names in upper case at the begin of a line. */
	expect("W|The letter came from the harbour office in the town of\n"
	       " |Brinkhaven and was meant for the people who live on the\n"
	       " |Weststrand, but it was read by everybody else before it got\n"
	       " |there.\n");
}

static void
test_two_paragraphs_without_a_blank_line_are_two_units(void **state)
{
	(void)state;
	expect("W|The ferry was late again, the quay was empty again, and it\n"
	       " |was cold again.\n"
	       "W|Nobody was there to see it arrive, and nobody would have had\n"
	       " |anything to say to those who were on it.\n");
	/* The first line of each is indented. */
	expect("W|   The ferry was late again, the quay was empty again, and\n"
	       " |it was cold again.\n"
	       "W|   Nobody was there to see it arrive, and nobody would have\n"
	       " |had anything to say to those who were on it.\n");
}

static void
test_capitals_are_wrapped_too(void **state)
{
	(void)state;
	expect("W|THIS LADDER IS LENT AS IT STANDS, AND WITHOUT ANY PROMISE\n"
	       " |THAT IT WILL HOLD THE ONE WHO STANDS ON IT.  THE LENDER IS\n"
	       " |NOT LIABLE FOR BROKEN LEGS, LOST HATS OR THE LIKE, EVEN IF\n"
	       " |TOLD BEFORE THAT SUCH A THING WAS LIKELY.\n");
	expect("L|SALE ENDS ON SUNDAY AT MIDNIGHT SHARP\n"
	       "R|BUY NOW\n");
}

static void
test_scripts_without_case_are_wrapped_if_filled(void **state)
{
	(void)state;
	/* Chinese: each line as wide as the first. */
	expect("W|清晨的码头上空无一人，只有海鸥在潮湿的木板上走来走去，直到雾\n"
	       " |里慢慢出现了一艘旧渡轮。后来有人说，船上其实也没有一个人，连\n"
	       " |灯都没有点着，只有一只空篮子放在甲板中间。\n");
	/* Headlines, of any width. */
	expect("L|清晨的码头上空无一人，只有海鸥在走来走去\n"
	       "L|渡轮公司昨日宣布，从下个月起，所有夜间航班全部取消\n"
	       "L|市议会讨论新桥计划\n"
	       "L|学校操场上的老树被大风吹倒，无人受伤\n");
	/* Arabic. */
	expect("W|لم يكن أحد على الرصيف في الصباح، وكانت النوارس تمشي على\n"
	       " |الألواح المبللة حتى ظهرت عبارة قديمة من الضباب، وقيل فيما\n"
	       " |بعد إن السفينة كانت فارغة ولم يكن على متنها أحد من الناس\n"
	       " |غير سلة صغيرة.\n");
	/* Hindi. */
	expect("W|सुबह घाट पर कोई नहीं था और केवल पक्षी गीले तख्तों पर चल रहे थे\n"
	       " |जब तक कि कोहरे से एक पुरानी नाव नहीं निकली और लोगों ने बाद में\n"
	       " |कहा कि उस नाव पर भी कोई आदमी नहीं था केवल एक खाली टोकरी रखी\n"
	       " |हुई थी।\n");
}

static void
test_captions_are_lines(void **state)
{
	(void)state;
	expect("L|Members of the rescue team at the site on Tuesday morning.\n"
	       "R|Photograph: Jane Doe/Agency\n");
	expect("L|Members of the rescue team at the site on Tuesday morning\n"
	       "R|Photograph: Jane Doe/Agency\n");
	/* Headlines. */
	expect("L|Government announces new plan for schools in the north\n"
	       "L|Minister resigns after weeks of pressure from party\n"
	       "L|Floods close roads and schools in three counties\n");
	expect("L|The old bridge over the river was closed in May.\n"
	       "L|The old bridge over the river was closed in May. Photo: AP\n");
	/* Alt text, caption, credit. */
	expect("L|A man walks past a closed shop in the old town of Brink\n"
	       "L|A man walks past a closed shop in the old town of Brink\n"
	       "R|(Image credit: Ada)\n");
	expect("L|A man walks past a closed shop in the old town of Brink\n"
	       "R|(photo: ada)\n");
	expect("L|Ferry workers walk out for a second day in the north\n"
	       "R|2 hours ago\n"
	       "L|The bridge that nobody wanted is to be built after all\n"
	       "R|12 comments\n");
}

static void
test_lines_that_say_the_same_are_lines(void **state)
{
	(void)state;
	expect("L|Sign up to our newsletter to get the best stories each day\n"
	       "L|Sign up to our newsletter to get the best stories each day\n"
	       "L|Sign up to our newsletter to get the best stories each day\n"
	       "R|and a last line\n");
	/* The same words, that is. */
	expect("L|“we don’t know when they'll come home”, said a woman in it\n"
	       "L|\"we don't know when they’ll come home\" — said a woman in "
	       "it\n");
	expect("L|a man walks past a closed shop in the old town, in May\n"
	       "L|A man walks past a closed shop in the old town in May\n"
	       "L|and then a last line\n");
}

static void
test_paragraphs_a_line_each_are_lines(void **state)
{
	(void)state;
	expect("L|The council said on Monday that it would look again at the "
	       "plans, which have been criticised by residents of the area "
	       "since they were published two years ago.\n"
	       "L|\"We have listened,\" a spokesman said.\n"
	       "L|Work is expected to begin next spring, and to take at least "
	       "eighteen months, according to the people who drew the plans "
	       "up.\n");
	expect("L|The company did not answer questions about its plans today.\n"
	       "L|Its shares fell by four per cent in the first hour of trade.\n"
	       "L|Analysts had expected a better result for this quarter.\n"
	       "L|The board is to meet again in the second week of December.\n");
	expect("L|One line alone, of any length, is not a block of its own.\n");
	expect("L|{ x = y[1]; call(this, that); }\n");
	expect("R|{ x = y[1]; }\n");
	/* Too wide to have been wrapped. */
	expect("L|The council said on Monday that it would look again at the "
	       "plans, which have been criticised by residents of the area "
	       "who\n"
	       "L|were asked about them when they were published.\n");
}

static void
test_verse_is_lines(void **state)
{
	(void)state;
	expect("L|Shall I compare thee to a summer's day?\n"
	       "L|Thou art more lovely and more temperate:\n"
	       "L|Rough winds do shake the darling buds of May,\n"
	       "L|And summer's lease hath all too short a date:\n");
	expect("L|When forty winters shall besiege thy brow,\n"
	       "L|And dig deep trenches in thy beauty's field,\n"
	       "L|Thy youth's proud livery so gazed on now,\n"
	       "L|Will be a tottered weed of small worth held\n");
	expect("L|Whose woods these are I think I know\n"
	       "L|His house is in the village though\n"
	       "L|He will not see me stopping here\n"
	       "L|To watch his woods fill up with snow\n");
}

static void
test_lists_and_menus_are_lines(void **state)
{
	(void)state;
	expect("L|- eggs and a litre of milk\n"
	       "R|- bread\n"
	       "L|- something for the garden, perhaps some roses, if they have "
	       "any\n"
	       "R|- paint\n");
	expect("L|- A litre of milk and a dozen eggs from the farm shop\n"
	       "L|- Two loaves of bread, one white and one brown please\n"
	       "L|- Something for the garden, perhaps some roses or so\n");
	expect("R|* first\n |* second\n |* third\n |* fourth\n");
	expect("L|1. Open the box with care.\n"
	       "L|2. Take out the manual first.\n"
	       "R|3. Read it.\n");
	expect("R|Home\n |News\n |Sport\n |Weather\n |Contact us\n |About\n");
	expect("R|share\n |tweet\n |email\n |print\n |copy link\n");
	expect("L|Home > News > Sport today > Log in\n"
	       "R|Sign up\n");
	/* An address. */
	expect("R|Harbour Office\n"
	       " |12 Quay Road\n"
	       " |Brinkhaven BX1 4QQ\n");
}

static void
test_items_with_a_hanging_indent_are_units(void **state)
{
	(void)state;
	expect("L|What to take along on the boat:\n"
	       "W|  * A coat that keeps the rain off, and something\n"
	       " |    to put on your head.\n"
	       "W|  * Bread, cheese and apples.  There is\n"
	       " |    Nothing to eat on board.\n"
	       "R|  * A book\n");
}

static void
test_labelled_fields_are_units(void **state)
{
	(void)state;
	expect("R|Boat: all of them\n"
	       "W|Owner: 1999 Ada Brink\n"
	       " |       2004 Ben Ashe\n"
	       " |       2007 Nora Field and her sons\n"
	       "W|Terms: of the club\n"
	       " | Anybody may take out a boat who has paid, who can swim and\n"
	       " | who brings it back.\n"
	       " | .\n"
	       "W| The club is not liable for wet feet, nor for what falls into\n"
	       " | the water on the way.\n");
	/* A page of the manual. */
	expect("W|       -q, --quiet\n"
	       " |              Say nothing while at work.  The exit status is\n"
	       " |              all that tells how it went.\n");
	expect("W|       ROW_HOME\n"
	       " |              The place where the boats are, if it is not the\n"
	       " |              one in the book.\n");
	expect("W|       -n     Do not row.  Print the way that would be taken,\n"
	       " |              and the time that it would take.\n"
	       "W|       -v     Print each place that is passed, with the time\n"
	       " |              of day.\n");
}

static void
test_comments_and_docstrings_are_units(void **state)
{
	(void)state;
	expect("W|# The table is filled from the end, since most of those who\n"
	       " |# ask want what came last.  It holds no more than a week.\n"
	       " |#\n"
	       "W|# What is older is found in the file, which is read only if\n"
	       " |# somebody asks for it.\n");
	expect("R|/*\n"
	       "W| * rows the boat to the place where they wait\n"
	       " | * and back to the quay as it does\n"
	       " | * on each and every day of the week\n"
	       "R| */\n");
	expect("R|/*\n"
	       "W| * Rows the boat to the place and back, as often as there is\n"
	       " | * somebody who waits.  Returns how often that was, or less\n"
	       " | * than nothing if it sank.\n"
	       "R| */\n");
	expect("W|    def row(self, place):\n"
	       " |        \"\"\"Row to the place, and back if there is nobody\n"
	       " |        who waits.\n");
	expect("W|// rows the boat to the place and back, as often as there is\n"
	       " |// somebody who waits\n");
	expect("W|dnl The macros that follow are for those who have no boat and\n"
	       " |dnl want to get across all the same.\n");
	expect("W|;; The list of boats, with the longest first, as that is what\n"
	       " |;; the race wants.\n");
}

static void
test_quoted_mail_is_not_one_with_the_answer(void **state)
{
	(void)state;
	expect("W|> The keys can stay with me, since I live across the road and\n"
	       " |> am up early\n"
	       "W|that is good to hear, as nobody else wanted to have them and\n"
	       " |the porter is away.\n");
	expect("W|> > The keys can stay with me, since I live across the road\n"
	       " |> > and am up early\n"
	       "W|> that is good to hear, as nobody else wanted to have them\n"
	       " |> and the porter is away.\n");
}

static void
test_lines_of_a_table(void **state)
{
	(void)state;
	expect("L|2024-05-01 10:00:01 INFO server started on port 8080\n"
	       "L|2024-05-01 10:00:02 INFO accepted connection from client\n"
	       "L|2024-05-01 10:00:07 WARN slow query, took 5 seconds\n"
	       "L|2024-05-01 10:00:09 INFO closed connection\n");
	expect("R|Name\tAge\tCity\n"
	       " |Anna\t31\tRome\n"
	       " |Ben\t27\tOslo\n");
	expect("L|| Boat | Owner | Length | Built in | Place |\n"
	       "R||------|-------|--------|----------|-------|\n"
	       "L|| Ada | Nora Field | 5.20 | 1987 | West quay |\n"
	       "L|| Ben | Ada Brink | 4.10 | 2001 | East quay |\n");
	/* A cell of more than one line. */
	expect("L|| Boat | what is known of it |\n"
	       "W|| Ada | the longest of all the boats |\n"
	       " ||     | that the club has |\n"
	       "L|| Ben | a boat of the club |\n");
	/* A table that is drawn. */
	expect("W|┌───────┬──────────────────────────────┐\n"
	       " |│ Ada   │ the longest of all the boats │\n"
	       " |│       │ that the club has            │\n"
	       " |├───────┼──────────────────────────────┤\n"
	       " |│ Ben   │ Nobody has seen it.          │\n"
	       " |└───────┴──────────────────────────────┘\n");
}

static void
test_code_is_a_listing(void **state)
{
	(void)state;
	expect("C|int main(void)\n"
	       " |{\n"
	       " |\tint n = 0;\n"
	       " |\tfor (int i = 0; i < 10; i++) {\n"
	       " |\t\tn += i;\n"
	       " |\t}\n"
	       " |\treturn n;\n"
	       " |}\n");
	expect("C|def f(x):\n"
	       " |    if x[0] == {}:\n"
	       " |        return g(x[1:]) + [x]\n"
	       " |    return [y for y in h(x) if y != x[0]]\n");
	expect("C|$ ls -l > out; cat < out | wc --total=never\n"
	       " |$ make && ./run --all=[1] | tee $HOME/log\n");
	expect("C|<div class=\"a\">\n |<p>\n |</p>\n |</div>\n");
	expect("C|{\"a\": {\"b\": [1, 2]}}\n |{\"a\": {\"b\": [3, 4]}}\n");
	expect("C|foo(bar);\n |foo(bar);\n |foo(bar);\n");
	expect("C|        self.assertEqual(row(\"west quay\"), 'arrived')\n"
	       " |        self.assertEqual(row(\"east quay\"), 'sunk')\n");
}

/* Else each would repeat the one before it. */
static void
test_same_words_with_other_signs_are_one_unit(void **state)
{
	(void)state;
	expect("W|a boat that nobody wants to row(to, a, quay)\n"
	       " |a boat that nobody wants to row(to, -a, quay)\n");
	expect("W|assert row(the_boat / 2) is 0\n"
	       " |assert row(-the_boat / 2) is 0\n");
	expect("W|row:the:boat\n"
	       " |row::the:boat\n"
	       " |row:the::boat\n");
	expect("L|the boat that nobody wants to row is on the quay\n"
	       "L|\"the boat that nobody wants to row\" is on the quay\n");
	expect("R|row.the.boat\n"
	       " |row.the.boat\n");
}

static void
test_signs_of_prose_are_no_code(void **state)
{
	(void)state;
	expect("R|* * *\n"
	       "L|The boats are out again since the first of May.\n"
	       "R|=====\n"
	       " |* * *\n");
	/* Names of agencies, prices, links. */
	expect("R|(AP)\n"
	       "L|The boats are out again since the first of May.\n"
	       "R|(Image: Ada)\n");
	expect("R|$4.99 (+ $2.50)\n"
	       " |$5.99 (+ $2.50)\n"
	       " |[1]\n"
	       " |[Sign up]\n"
	       " |Home > News\n"
	       " |Arts & Culture\n");
	/* Less than a quarter of the words. */
	expect("R|x[0] = y[1];\n"
	       "L|That line is what the whole quarrel was about, as those who "
	       "were there have said since then.\n");
}

static void
test_fenced_listing_is_one_unit(void **state)
{
	(void)state;
	expect("C|```python\n |print\n |```\n");
	expect("C|~~~\n |Home\n |News\n |\n |Sport\n |~~~\n");
	expect("C|   ```\n |x\n |   ```\n");
	/* Text before and behind it. */
	expect("L|The boats are out again since May:\n"
	       "C|```\n"
	       " |x = the boats that are out\n"
	       " |```\n"
	       "R|and so on\n"
	       "C|```\n"
	       " |y = the boats that are in\n"
	       " |```\n");
	/* Not closed. */
	expect("R|```\n"
	       "L|Only words that are no code at all\n");
	expect("R|Home\n |```\n"
	       "L|Sport and all the rest of it\n");
	expect("R|```\n");
	expect("C|```\n |x\n |```\n"
	       "R|```\n"
	       " |y\n");
}

static void
test_fence_is_three_marks_after_up_to_three_spaces(void **state)
{
	static const struct {
		const char *text;
		bool fence;
	} line[] = {
		{ "```", true }, { "~~~", true }, { " ```", true },
		{ "  ~~~", true }, { "   ```", true }, { "    ```", false },
		{ "``", false }, { "~~", false }, { "``~", false },
		{ "   ``", false }, { "", false }, { "`", false },
		{ "   ", false }, { " ", false }, { "```c\n", true },
		{ "````", true }, { "\t```", false }, { "a```", false },
		{ "~~~ ~~~\r\n", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(line); i++) {
		size_t len = strlen(line[i].text);
		char *copy = exact_copy(line[i].text, len);

		if (unit_is_fence(copy, len) != line[i].fence)
			fail_msg("\"%s\"", line[i].text);
		free(copy);
	}
}

/* Random words, a stop or a comma here and there. */
static size_t
random_prose(struct rng *r, char *to, uint32_t nwords)
{
	size_t n = 0;

	for (uint32_t i = 0; i < nwords; i++) {
		uint32_t len = rng_range(r, 1, 10);

		for (; len > 0; len--)
			to[n++] = (char)('a' + rng_below(r, 26));
		if (i + 1 == nwords)
			to[n++] = '.';
		else if (rng_once(r, 9))
			to[n++] = ',';
		to[n++] = ' ';
	}
	to[n - 1] = '\0';
	return n - 1;
}

/* Break lines where the next word would not fit. */
static void
wrap(char *text, size_t width)
{
	size_t start = 0, last = 0;

	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] == ' ')
			last = i;
		if (i - start >= width && last > start) {
			text[last] = '\n';
			start = last + 1;
			i = last;
		}
	}
}

static void
test_prose_wrapped_at_any_usual_width_is_one_unit(void **state)
{
	static char text[4096], got[4096];
	struct rng r = { 1 };

	(void)state;
	for (int i = 0; i < 2000; i++) {
		size_t width = rng_range(&r, 45, 110);

		if (random_prose(&r, text, rng_range(&r, 40, 200)) <= width)
			continue;
		wrap(text, width);
		kinds(text, got);
		if (*got != 'W' || strspn(got + 1, " ") != strlen(got + 1))
			fail_msg("\"%s\":\n%s", got, text);
	}
}

/*
 * Whatever stands around it: no line that begins in lower case after one that
 * does not end a sentence is in another unit than that.
 */
static void
test_no_unit_begins_in_the_middle_of_a_sentence(void **state)
{
	static const char *const around[] = {
		"NAME\n", "Home\n", "Terms: see below\n", "- bread\n",
		"* A coat that keeps the rain off.\n", "/*\n", "# Boats\n",
		"-q, --quiet\n", "x = y[1];\n", "=====\n", " .\n",
		"The boats are out again since the first of May.\n",
		"BUY NOW, AS THERE WILL BE NONE LEFT ON THE NEXT DAY\n",
	};
	static const char *const lead[] = {
		"", " ", "    ", "\t", "# ", "// ", " * ", "> ", ";; ",
	};
	static char prose[4096], text[40000], got[4096];
	struct rng r = { 7 };

	(void)state;
	for (int i = 0; i < 3000; i++) {
		const char *l = lead[rng_below(&r, ARRAY_LEN(lead))];
		size_t n = 0, first, line = 0, k = 0;

		for (uint32_t c = rng_below(&r, 4); c > 0; c--, line++)
			n += (size_t)sprintf(text + n, "%s", around[rng_below(
				&r, ARRAY_LEN(around))]);
		first = line;
		random_prose(&r, prose, rng_range(&r, 20, 100));
		prose[0] = 'X';
		wrap(prose, rng_range(&r, 60, 100));
		for (char *s = strtok(prose, "\n"); s; s = strtok(NULL, "\n"))
			n += (size_t)sprintf(text + n, "%s%s\n", l, s), line++;
		for (uint32_t c = rng_below(&r, 3); c > 0; c--)
			n += (size_t)sprintf(text + n, "%s", around[rng_below(
				&r, ARRAY_LEN(around))]);
		kinds_n(text, n, 0, got);
		for (k = first + 1; k < line; k++)
			if (got[k] != ' ' && strchr(got, 'C') == NULL)
				fail_msg("line %zu, \"%s\":\n%s", k, got,
					 text);
	}
}

/* Paragraphs a line each, one of them much wider than wrapped text is. */
static void
test_prose_of_uneven_lines_is_lines(void **state)
{
	static char text[40000], got[4096];
	struct rng r = { 2 };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		size_t n = 0;

		for (uint32_t k = rng_range(&r, 2, 12); k > 0; k--) {
			n += random_prose(&r, text + n, rng_range(&r, 3, 60));
			text[n++] = '\n';
		}
		n += random_prose(&r, text + n, 80);
		text[n] = '\0';
		kinds_n(text, n, 0, got);
		if (strpbrk(got, "WC") != NULL)
			fail_msg("\"%s\":\n%s", got, text);
	}
}

/* Lines that close each with a full stop are sentences, not wrapped text. */
static void
test_sentences_a_line_each_are_lines(void **state)
{
	static char text[4096], got[4096];
	struct rng r = { 3 };

	(void)state;
	for (int i = 0; i < 500; i++) {
		char *p;

		random_prose(&r, text, rng_range(&r, 60, 150));
		wrap(text, 70);
		for (p = text; (p = strchr(p, '\n')) != NULL; p++)
			p[-1] = ".!?"[rng_below(&r, 3)];
		kinds(text, got);
		if (strpbrk(got, "WC") != NULL)
			fail_msg("\"%s\":\n%s", got, text);
	}
}

/* Any bytes: no read past the end, and the same answer anywhere. */
static void
test_any_bytes_are_split(void **state)
{
	static const char some[] = "ab .\n\n(){};=`~-\t\r…│|*#>/A1:\xc2\xa0\0";
	struct rng r = { 4 };
	char text[600], got[601], again[601];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t len = rng_below(&r, sizeof(text) + 1);

		for (size_t j = 0; j < len; j++)
			text[j] = rng_once(&r, 6) ? (char)rng_next(&r) :
				  some[rng_below(&r, sizeof(some) - 1)];
		kinds_n(text, len, 0, got);
		kinds_n(text, len, (uint64_t)1 << 33, again);
		assert_string_equal(got, again);
	}
}

/* What time they take, growth.c prints. */
static void
test_many_lines_are_split(void **state)
{
	static const char *const lines[] = {
		"a\n", "A\n", "```\n", "~~~\nx\n", ".\n", "* a\n", "a:\n b\n",
		"a\nB ", "|\n", "│ │\n", "> a\n", "{\n", "(1) a\n",
		"The ferry was late again and it was cold and nobody came,\n",
		"The ferry was late again and it was cold and nobody came.\n",
		"and so on, as the man on the quay had said it would be\n",
		"x[0] = y[1];\n", "\t\t\t\t\t\t\t\t\n",
	};
	size_t room = 16 << 20;
	char *text = malloc(room);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		size_t n = 0, len = strlen(lines[i]);
		struct block b;

		for (int k = 0; k < 200000; k++, n += len)
			memcpy(text + n, lines[i], len);
		b = split(text, n, 0);
		block_free(&b);
	}
	free(text);
}

static enum ending
cut_n(const char *text, size_t len)
{
	char *copy = exact_copy(text, len);
	enum ending cut = ending_of(copy, len);

	free(copy);
	return cut;
}

/* White space at the end does not matter. */
static void
expect_cut(const char *text, enum ending want)
{
	static const char *const end[] = { "", "\n", "\r\n", " ", " \t\n" };
	char line[256];

	for (size_t i = 0; i < ARRAY_LEN(end); i++) {
		enum ending got;

		snprintf(line, sizeof(line), "%s%s", text, end[i]);
		got = cut_n(line, strlen(line));
		if (got != want)
			fail_msg("\"%s\": %d, not %d", line, got, want);
	}
}

static void
test_ellipsis_right_after_a_word_may_cut_it(void **state)
{
	(void)state;
	expect_cut("The council said that it wou...", ENDING_INSIDE);
	expect_cut("The council said that it wou…", ENDING_INSIDE);
	expect_cut("The council said that it....", ENDING_INSIDE);
	expect_cut("The council said that it…\"", ENDING_INSIDE);
	expect_cut("The council said that it…”", ENDING_INSIDE);
	expect_cut("The council said that it...)", ENDING_INSIDE);
	expect_cut("The council said that it... »", ENDING_INSIDE);
	expect_cut("The council said that it...\xc2\xa0", ENDING_INSIDE);
	expect_cut("The council said that it...’ \" →\xc2\xa0'", ENDING_INSIDE);
	expect_cut("x...", ENDING_INSIDE);
	expect_cut("é…", ENDING_INSIDE);
}

static void
test_ellipsis_by_itself_cuts_after_a_word(void **state)
{
	(void)state;
	expect_cut("The council said that it ...", ENDING_AFTER);
	expect_cut("The council said that it …", ENDING_AFTER);
	expect_cut("The council said that it […]", ENDING_AFTER);
	expect_cut("The council said that it [...]", ENDING_AFTER);
	expect_cut("The council said that it[…]", ENDING_AFTER);
	expect_cut("The council said that it (...)", ENDING_AFTER);
	expect_cut("The council said that it ...]", ENDING_AFTER);
	expect_cut("The council said that it [...] →", ENDING_AFTER);
	expect_cut("...", ENDING_AFTER);
	expect_cut("…", ENDING_AFTER);
	expect_cut("[…]", ENDING_AFTER);
	expect_cut("...]", ENDING_AFTER);
}

static void
test_read_more_cuts(void **state)
{
	(void)state;
	expect_cut("The council said that it would. Read more", ENDING_READ_MORE);
	expect_cut("The council said that it would. Read more »",
		   ENDING_READ_MORE);
	expect_cut("The council said that it would… Read More",
		   ENDING_READ_MORE);
	expect_cut("The council said that it would... READ MORE →",
		   ENDING_READ_MORE);
	expect_cut("The council said that it would [Read more]",
		   ENDING_READ_MORE);
	expect_cut("The council said that it would (read more)",
		   ENDING_READ_MORE);
	expect_cut("The council said that it would Read more...",
		   ENDING_READ_MORE);
	expect_cut("The council said that it would Read more…",
		   ENDING_READ_MORE);
	expect_cut("The council said that it would read more >>",
		   ENDING_READ_MORE);
	expect_cut("The council said that it would.Read more", ENDING_READ_MORE);
	expect_cut("Read more", ENDING_READ_MORE);
}

static void
test_other_endings_do_not_cut(void **state)
{
	static const char *const whole[] = {
		"", ".", "..", "x", "Wait..", "wait..", "cats, dogs, etc.",
		"The council said that it would.", "He asked: why?",
		"No stop at the end", "the end)", "the end]", "\"The end.\"",
		"“The end.”", "The end. »", "...and so it went on.",
		"One… two", "[…] and so on", "Version 1.2.", "bread more",
		"We read more.", "I could not read more than that", "more",
		"ead more", "e", "read  more", "read", "spread more",
		"the end..\"", "\xe2\x80", "\xa6", "x\x80\xa6", "\r\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		expect_cut(whole[i], ENDING_WHOLE);
}

/* What stands before the end does not matter, nor how much. */
static void
test_only_the_end_of_a_text_cuts(void **state)
{
	static const char *const end[] = {
		" word...", " word ...", " word […]", " Read more »",
		" the end.", " etc.", " wait..", " \"so…\"", " e", " more",
	};
	struct rng r = { 5 };
	static char text[4096];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		const char *e = end[i % ARRAY_LEN(end)];
		size_t n = random_prose(&r, text, rng_range(&r, 1, 60));

		if (rng_once(&r, 3))
			memcpy(text + rng_below(&r, (uint32_t)n), ".", 1);
		strcpy(text + n, e);
		assert_int_equal(cut_n(text, n + strlen(e)),
				 cut_n(e, strlen(e)));
	}
}

static void
test_any_bytes_are_cut_or_not(void **state)
{
	static const char some[] = "abe .]\n)\"'>\xe2\x80\xa6\x9d\xc2\xa0\xbb";
	struct rng r = { 6 };
	char text[40];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		size_t len = rng_below(&r, sizeof(text) + 1);

		for (size_t j = 0; j < len; j++)
			text[j] = rng_once(&r, 8) ? (char)rng_next(&r) :
				  some[rng_below(&r, sizeof(some) - 1)];
		cut_n(text, len);
	}
}

static int
set_up(void **state)
{
	(void)state;
	reader = words_new(false);
	return reader == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	words_free(reader);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hard_wrapped_text_is_one_unit),
		cmocka_unit_test(
			test_two_paragraphs_without_a_blank_line_are_two_units),
		cmocka_unit_test(test_capitals_are_wrapped_too),
		cmocka_unit_test(
			test_scripts_without_case_are_wrapped_if_filled),
		cmocka_unit_test(test_captions_are_lines),
		cmocka_unit_test(test_lines_that_say_the_same_are_lines),
		cmocka_unit_test(test_paragraphs_a_line_each_are_lines),
		cmocka_unit_test(test_verse_is_lines),
		cmocka_unit_test(test_lists_and_menus_are_lines),
		cmocka_unit_test(test_items_with_a_hanging_indent_are_units),
		cmocka_unit_test(test_labelled_fields_are_units),
		cmocka_unit_test(test_comments_and_docstrings_are_units),
		cmocka_unit_test(test_quoted_mail_is_not_one_with_the_answer),
		cmocka_unit_test(test_lines_of_a_table),
		cmocka_unit_test(test_code_is_a_listing),
		cmocka_unit_test(
			test_same_words_with_other_signs_are_one_unit),
		cmocka_unit_test(test_signs_of_prose_are_no_code),
		cmocka_unit_test(test_fenced_listing_is_one_unit),
		cmocka_unit_test(
			test_fence_is_three_marks_after_up_to_three_spaces),
		cmocka_unit_test(
			test_prose_wrapped_at_any_usual_width_is_one_unit),
		cmocka_unit_test(
			test_no_unit_begins_in_the_middle_of_a_sentence),
		cmocka_unit_test(test_prose_of_uneven_lines_is_lines),
		cmocka_unit_test(test_sentences_a_line_each_are_lines),
		cmocka_unit_test(test_any_bytes_are_split),
		cmocka_unit_test(test_many_lines_are_split),
		cmocka_unit_test(test_ellipsis_right_after_a_word_may_cut_it),
		cmocka_unit_test(test_ellipsis_by_itself_cuts_after_a_word),
		cmocka_unit_test(test_read_more_cuts),
		cmocka_unit_test(test_other_endings_do_not_cut),
		cmocka_unit_test(test_only_the_end_of_a_text_cuts),
		cmocka_unit_test(test_any_bytes_are_cut_or_not),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
