/* source.c, with decoder.c, against the libraries' one-shot functions. */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "compressed.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "source.h"

/*
 * What the libraries allocate fails in turn, too.  They call malloc() of this
 * program, not of libc; the sanitizers cannot be had with that.
 */
#if defined(__GLIBC__) && !SANITIZED
#define FAIL_LIBRARIES
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
#undef malloc
#undef calloc
#undef realloc
#endif

/* A file without a name, by which it can be opened again. */
struct file {
	int fd;
	char path[40];
};

static struct file
file_of(struct blob b)
{
	struct file f = { .fd = memfd_create("test", MFD_CLOEXEC) };

	assert_true(f.fd >= 0);
	assert_int_equal(write(f.fd, b.p, b.len), b.len);
	snprintf(f.path, sizeof(f.path), "/proc/self/fd/%d", f.fd);
	return f;
}

/* What became of reading. */
struct outcome {
	struct blob text;
	int error;		/* 0, or errno at the end */
	char why[160];
};

/*
 * All that comes.  'most' bytes at a time, or where that is 0, any number.
 * 'ready' asks each time whether it is.
 */
static struct outcome
read_all(struct source *s, struct rng *r, size_t most, bool ready)
{
	static unsigned char buf[1 << 18];
	struct outcome o = { .text = blob_new(0) };
	size_t allocated = 0;
	ssize_t n;

	for (;;) {
		size_t room = most;

		if (room == 0)
			room = rng_once(r, 3) ? rng_range(r, 1, 9) :
			       rng_range(r, 1, sizeof(buf));
		if (ready)
			while (!source_ready(s, 0))
				source_ready(s, 2);
		n = source_read(s, buf, room);
		if (n <= 0)
			break;
		assert_true((size_t)n <= room);
		if (o.text.len + (size_t)n > allocated) {
			allocated = 2 * allocated + (size_t)n;
			o.text.p = realloc(o.text.p, allocated);
			assert_non_null(o.text.p);
		}
		memcpy(o.text.p + o.text.len, buf, (size_t)n);
		o.text.len += (size_t)n;
	}
	if (n < 0) {
		o.error = errno;
		snprintf(o.why, sizeof(o.why), "%s", source_error(s));
		errno = 0;
		assert_int_equal(source_read(s, buf, 1), -1);
		assert_int_equal(errno, o.error);
		assert_true(source_ready(s, 0));
	} else {
		assert_int_equal(source_read(s, buf, 1), 0);
		assert_true(source_ready(s, 0));
	}
	return o;
}

static void
outcome_free(struct outcome *o)
{
	free(o->text.p);
}

static struct outcome
read_file(const char *path)
{
	struct source s;
	struct outcome o;

	assert_int_equal(source_open(&s, path), 0);
	o = read_all(&s, NULL, 1 << 16, false);
	source_close(&s);
	return o;
}

static struct outcome
read_blob(struct blob b)
{
	struct file f = file_of(b);
	struct outcome o = read_file(f.path);

	close(f.fd);
	return o;
}

/* A process that writes it into a pipe, so many bytes at a time. */
static int
pipe_of(struct blob b, size_t piece, pid_t *pid)
{
	int fd[2];

	assert_int_equal(pipe(fd), 0);
	*pid = fork();
	assert_true(*pid >= 0);
	if (*pid == 0) {
		signal(SIGPIPE, SIG_DFL);
		close(fd[0]);
		for (size_t at = 0, n; at < b.len; at += n) {
			n = b.len - at < piece ? b.len - at : piece;
			if (write(fd[1], b.p + at, n) != (ssize_t)n)
				_exit(1);
			if (at < 64)
				usleep(200);
		}
		_exit(0);
	}
	close(fd[1]);
	return fd[0];
}

static void
open_fd(struct source *s, int fd)
{
	char path[40];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(source_open(s, path), 0);
	close(fd);
}

static void
assert_outcome(const struct outcome *o, struct blob text, const char *why)
{
	if (why == NULL) {
		if (o->error != 0)
			fail_msg("%s", o->why);
	} else {
		assert_int_not_equal(o->error, 0);
		assert_string_equal(o->why, why);
	}
	assert_blob(o->text, text);
}

/* It reads as 'text', then ends or fails with 'why'. */
static void
check_blob(struct blob b, struct blob text, const char *why)
{
	struct outcome o = read_blob(b);

	assert_outcome(&o, text, why);
	outcome_free(&o);
}

/* "truncated gzip data" and the like. */
static const char *
message(char *to, const char *format, enum compression_kind kind)
{
	static const char *const members[] = {
		[COMPRESSION_GZIP] = "gzip member",
		[COMPRESSION_ZSTD] = "zstd frame",
		[COMPRESSION_XZ] = "xz stream",
	};

	snprintf(to, 100, format, strstr(format, "last") != NULL ?
		 members[kind] : compression_name(kind));
	return to;
}

/* Of a zstd frame that zstd skips. */
static struct blob
skippable(struct blob content, unsigned char nibble)
{
	unsigned char head[8] = {
		(unsigned char)(0x50 + nibble), 0x2a, 0x4d, 0x18,
		(unsigned char)content.len, (unsigned char)(content.len >> 8),
	};
	struct blob b = blob_of(head, sizeof(head));

	blob_append(&b, blob_of(content.p, content.len));
	return b;
}

static void
test_every_level_reads_as_what_was_packed(void **state)
{
	static const size_t lens[] = { 0, 1, 100, 70000, 1500000 };
	struct rng r = { 1 };

	(void)state;
	for_each_kind(k)
		for (int level = level_least(k); level <= level_most(k);
		     level += level < 9 && every() == 1 ? 1 : 5)
			for (size_t i = 0; i < 2 * ARRAY_LEN(lens); i++) {
				size_t len = lens[i / 2];
				struct blob text, b;
				struct source s;
				struct outcome o;
				struct file f;

				/* The slow levels need no long ones. */
				if (len > 100000 && (SANITIZED || level % 3 ||
						     level > 9))
					continue;
				text = i % 2 ? noise_blob(&r, len) :
				       text_blob(&r, len);
				b = pack(k, level, text);
				f = file_of(b);
				assert_int_equal(source_open(&s, f.path), 0);
				o = read_all(&s, &r, 0, false);
				assert_outcome(&o, text, NULL);
				assert_int_equal(s.kind, k);
				assert_int_equal(source_size(&s), b.len);
				assert_int_equal(source_consumed(&s), b.len);
				source_close(&s);
				close(f.fd);
				outcome_free(&o);
				free(text.p);
				free(b.p);
			}
}

static void
test_command_line_tools_output_is_read(void **state)
{
	struct rng r = { 2 };
	struct blob text = text_blob(&r, 400000);
	struct file f = file_of(text);

	(void)state;
	for_each_kind(k) {
		char dir[] = "/tmp/test_source-XXXXXX", path[60], cmd[200];
		struct outcome o;

		if (mkdtemp(dir) == NULL)
			fail();
		snprintf(path, sizeof(path), "%s/x", dir);
		snprintf(cmd, sizeof(cmd), "{ %s -c -1; printf more | %s -c; }"
			 " < /proc/%d/fd/%d > %s 2>&1", compression_name(k),
			 compression_name(k), (int)getpid(), f.fd, path);
		if (system(cmd) != 0) {
			print_message("skipped: no %s command\n",
				      compression_name(k));
		} else {
			struct blob all = blob_of(text.p, text.len);

			blob_append(&all, blob_of("more", 4));
			o = read_file(path);
			assert_outcome(&o, all, NULL);
			outcome_free(&o);
			free(all.p);
		}
		unlink(path);
		rmdir(dir);
	}
	close(f.fd);
	free(text.p);
}

static void
test_short_and_plain_files_are_read_as_they_are(void **state)
{
	static const struct { const char *p; size_t len; } plain[] = {
		{ "", 0 }, { "\x1f", 1 }, { "\x1f\x8b", 2 },
		{ "\x1f\x8b\x09....", 7 }, { "\x1f\x8c\x08", 3 },
		{ "\x28", 1 }, { "\x28\xb5", 2 }, { "\x28\xb5\x2f", 3 },
		{ "\x28\xb5\x2f\xfe", 4 }, { "\xfd", 1 },
		{ "\xfd" "7zXZ", 5 }, { "\xfd" "7zXZ\x01", 6 },
		{ "(a parenthesis)", 15 }, { "P", 1 }, { "P*M", 3 },
		{ "Question", 8 }, { "_*M\x19", 4 }, { "\0\0\0\0", 4 },
		{ "\x60*M\x18", 4 }, { "plain text of more than six", 27 },
	};
	struct rng r = { 3 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(plain); i++)
		for (size_t piece = 1; piece < 8; piece += 3)
			for (size_t most = 0; most < 9; most++) {
				struct blob b = blob_of(plain[i].p,
							plain[i].len);
				struct source s;
				struct outcome o;
				pid_t pid;

				open_fd(&s, pipe_of(b, piece, &pid));
				o = read_all(&s, &r, most, most % 2);
				assert_outcome(&o, b, NULL);
				assert_int_equal(s.kind, COMPRESSION_NONE);
				assert_int_equal(source_size(&s), 0);
				assert_int_equal(source_consumed(&s), b.len);
				source_close(&s);
				outcome_free(&o);
				waitpid(pid, NULL, 0);
				check_blob(b, b, NULL);
				free(b.p);
			}
}

static void
test_members_frames_and_streams_are_joined(void **state)
{
	struct rng r = { 4 };

	(void)state;
	for_each_kind(k)
		for (int i = 0; i < 60; i++) {
			struct blob text = blob_new(0), b = blob_new(0);

			for (uint32_t n = rng_range(&r, 1, 9); n > 0; n--) {
				struct blob t = text_blob(&r, rng_once(&r, 3) ?
					0 : rng_below(&r, 3000));

				blob_append(&b, pack(k, 1, t));
				blob_append(&text, t);
				if (k == COMPRESSION_ZSTD && rng_once(&r, 2)) {
					t = noise_blob(&r, rng_below(&r, 50));
					blob_append(&b, skippable(t,
						(unsigned char)rng_below(&r,
									 16)));
					free(t.p);
				}
				if (k == COMPRESSION_XZ && rng_once(&r, 2))
					blob_append(&b, zeros_blob(4 *
						rng_below(&r, 9)));
			}
			if (k == COMPRESSION_GZIP && rng_once(&r, 2))
				blob_append(&b, zeros_blob(
					rng_below(&r, 2000)));
			check_blob(b, text, NULL);
			free(b.p);
			free(text.p);
		}
}

static void
test_zstd_skippable_frame_may_come_first_or_alone(void **state)
{
	struct blob text = blob_of("text", 4), b = blob_of("skipped", 7), frame;

	(void)state;
	if (is_missing(COMPRESSION_ZSTD)) {
		free(text.p);
		free(b.p);
		skip();
	}
	frame = skippable(b, 15);
	free(b.p);
	check_blob(frame, (struct blob){ text.p, 0 }, NULL);
#ifdef HAVE_ZSTD
	blob_append(&frame, pack(COMPRESSION_ZSTD, 3, text));
#endif
	check_blob(frame, text, NULL);
	free(frame.p);
	free(text.p);
}

static void
test_garbage_after_the_last_member_is_an_error_after_all_text(void **state)
{
	static const struct {
		const char *p;
		size_t len;
		bool zst_only;	/* else it is padding */
	} tails[] = {
		{ "\n", 1, false }, { "x", 1, false }, { "garbage", 7, false },
		{ "\0", 1, true }, { "\0\0\0\0\0\0\0x", 8, false },
		{ "\0\0\0x", 4, false }, { "\x1f\x8a\x08....", 7, false },
		{ "\x1f\x08\x8b....", 7, false },
		{ "\xfd" "7zXz..........", 14, false },
		{ "\x28\xb5\x2f\xfc....", 8, false },
	};
	char why[100];

	(void)state;
	for_each_kind(k) {
		struct rng r = { 5 };
		struct blob text = text_blob(&r, 3000);

		message(why, "garbage after the last %s", k);
		for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
			struct blob b = pack(k, 3, text);

			if (tails[i].zst_only && k == COMPRESSION_GZIP) {
				free(b.p);
				continue;
			}
			blob_append(&b, blob_of(tails[i].p, tails[i].len));
			check_blob(b, text, why);
			free(b.p);
		}
		/* Another member behind what gzip takes for the very end. */
		if (k == COMPRESSION_GZIP) {
			struct blob b = pack(k, 3, text);

			blob_append(&b, zeros_blob(4));
			blob_append(&b, pack(k, 3, text));
			check_blob(b, text, why);
			free(b.p);
		}
		for_each_kind(other) {
			struct blob b = pack(k, 3, text);

			if (other != k) {
				blob_append(&b, pack(other, 3, text));
				check_blob(b, text, why);
			}
			free(b.p);
		}
		free(text.p);
	}
}

/* Whether the first n bytes are a whole number of members. */
static bool
is_boundary(const size_t *ends, size_t n, size_t at)
{
	for (size_t i = 0; i < n; i++)
		if (ends[i] == at)
			return true;
	return false;
}

static void
test_truncated_data_give_a_prefix_and_an_error(void **state)
{
	struct rng r = { 6 };
	char why[100];

	(void)state;
	for_each_kind(k) {
		struct blob text = blob_new(0), b = blob_new(0);
		size_t ends[3], texts[3];

		for (size_t i = 0; i < 3; i++) {
			struct blob t = i == 1 ? noise_blob(&r, 300) :
					text_blob(&r, 1500);

			blob_append(&b, pack(k, 6, t));
			blob_append(&text, t);
			ends[i] = b.len;
			texts[i] = text.len;
		}
		message(why, "truncated %s data", k);
		for (size_t at = COMPRESSION_MAGIC; at < b.len; at++) {
			struct outcome o = read_blob((struct blob){ b.p, at });

			assert_true(o.text.len <= text.len);
			assert_memory_equal(o.text.p, text.p, o.text.len);
			if (is_boundary(ends, 3, at)) {
				assert_int_equal(o.error, 0);
			} else {
				assert_string_equal(o.why, why);
				assert_int_equal(o.error, EBADMSG);
			}
			/* No member that is whole is held back. */
			for (size_t i = 0; i < 3; i++)
				if (at >= ends[i])
					assert_true(o.text.len >= texts[i]);
			outcome_free(&o);
		}
		free(b.p);
		free(text.p);
	}
}

static void
test_flipped_bit_is_an_error_or_harmless(void **state)
{
	struct rng r = { 7 };

	(void)state;
	for_each_kind(k) {
		struct blob text = text_blob(&r, SANITIZED ? 200 : 1500);
		struct blob b = pack(k, 6, text);
		size_t harmless = 0;

		blob_append(&b, pack(k, 1, text));
		blob_append(&text, blob_of(text.p, text.len));
		for (size_t bit = 0; bit < 8 * b.len; bit += every()) {
			struct outcome o;
			struct source s;
			struct file f;

			b.p[bit / 8] ^= (unsigned char)(1u << bit % 8);
			f = file_of(b);
			assert_int_equal(source_open(&s, f.path), 0);
			o = read_all(&s, &r, 1 << 16, false);
			if (s.kind == COMPRESSION_NONE) {
				assert_true(bit < 8 * COMPRESSION_MAGIC);
			} else if (o.error == 0) {
				assert_blob(o.text, text);
				harmless++;
			} else {
				assert_int_equal(o.error, EBADMSG);
				assert_int_not_equal(o.why[0], '\0');
			}
			source_close(&s);
			close(f.fd);
			outcome_free(&o);
			b.p[bit / 8] ^= (unsigned char)(1u << bit % 8);
		}
		/* Time, name and system of gzip; reserved bits. */
		assert_true(harmless < 150);
		free(b.p);
		free(text.p);
	}
}

static void
test_noise_behind_a_magic_number_is_an_error(void **state)
{
	static const struct { const char *p; size_t len; } heads[] = {
		[COMPRESSION_GZIP] = { "\x1f\x8b\x08\0\0\0\0\0\0\xff", 10 },
		[COMPRESSION_ZSTD] = { "\x28\xb5\x2f\xfd", 4 },
		[COMPRESSION_XZ] = { "\xfd" "7zXZ", 6 },
	};
	struct rng r = { 8 };

	(void)state;
	for_each_kind(k)
		for (int i = 0; i < 2000; i++) {
			struct blob b = blob_of(heads[k].p, heads[k].len);
			struct outcome o;

			blob_append(&b, noise_blob(&r, rng_below(&r, 300)));
			o = read_blob(b);
			if (o.error != EBADMSG)
				fail_msg("%s: %d %s", compression_name(k),
					 o.error, o.why);
			outcome_free(&o);
			free(b.p);
		}
}

/* What is good, bad, cut off and mixed of one kind: number i, or false. */
static bool
sample(enum compression_kind k, uint32_t i, struct blob *b)
{
	struct rng r = { 100 + i };
	struct blob text = text_blob(&r, rng_below(&r, 6000));
	bool any = i < 24;

	*b = blob_new(0);
	for (uint32_t n = 1 + i % 3; any && n > 0; n--) {
		struct blob t = rng_once(&r, 3) ?
				noise_blob(&r, rng_below(&r, 3000)) :
				text_blob(&r, rng_below(&r, 60000));

		blob_append(b, pack(k, 3, t));
		free(t.p);
	}
	switch (any ? i / 4 : 0) {
	case 1:
		blob_append(b, zeros_blob(rng_below(&r, 9)));
		break;
	case 2:
		b->len -= 1 + rng_below(&r, (uint32_t)b->len - 8);
		break;
	case 3:
	case 4:
		b->p[6 + rng_below(&r, (uint32_t)b->len - 6)] ^= 0x10;
		break;
	case 5:
		blob_append(b, noise_blob(&r, rng_range(&r, 1, 20)));
		break;
	default:
		break;
	}
	free(text.p);
	return any;
}

static void
test_outcome_does_not_depend_on_read_sizes(void **state)
{
	struct rng r = { 9 };
	struct blob b;

	(void)state;
	for_each_kind(k)
		for (uint32_t i = 0; sample(k, i, &b) || (free(b.p), false);
		     i += every(), free(b.p)) {
			struct outcome want = read_blob(b);
			const char *why = want.error != 0 ? want.why : NULL;

			for (size_t most = 0; most < 7; most++) {
				struct file f = file_of(b);
				struct outcome o;
				struct source s;

				assert_int_equal(source_open(&s, f.path), 0);
				o = read_all(&s, &r, most, false);
				assert_outcome(&o, want.text, why);
				source_close(&s);
				outcome_free(&o);
				close(f.fd);
			}
			for (size_t piece = 1; piece < 90000; piece *= 7) {
				struct outcome o;
				struct source s;
				pid_t pid;

				open_fd(&s, pipe_of(b, piece, &pid));
				o = read_all(&s, &r, piece % 2 ? 0 : 1 << 17,
					     rng_once(&r, 2));
				assert_outcome(&o, want.text, why);
				source_close(&s);
				outcome_free(&o);
				waitpid(pid, NULL, 0);
			}
			outcome_free(&want);
		}
}

/*
 * Bytes come one by one.  Whenever it says that it is ready, reading must not
 * block: nobody else would write, so an alarm would end this.
 */
static void
test_ready_means_that_a_read_does_not_block(void **state)
{
	struct rng r = { 10 };
	struct blob b;

	(void)state;
	alarm(600);	/* against waiting for ever */
	for_each_kind(k)
		for (uint32_t i = 0; sample(k, i, &b) || (free(b.p), false);
		     i += every(), free(b.p)) {
			struct outcome want = read_blob(b);
			struct outcome o;
			struct source s;
			size_t given = 0;
			int fd[2];

			assert_int_equal(pipe(fd), 0);
			open_fd(&s, fd[0]);
			for (size_t at = 0; at < b.len && s.error == 0; at++) {
				unsigned char buf[3000];

				assert_int_equal(write(fd[1], b.p + at, 1), 1);
				while (source_ready(&s, 0)) {
					ssize_t n = source_read(&s, buf,
						rng_range(&r, 1, sizeof(buf)));

					if (n < 0)
						break;
					assert_true(n > 0);
					assert_memory_equal(buf,
						want.text.p + given, n);
					given += (size_t)n;
				}
			}
			close(fd[1]);
			o = read_all(&s, &r, 0, true);
			assert_int_equal(o.error, want.error);
			assert_string_equal(o.why, want.why);
			assert_int_equal(o.text.len + given, want.text.len);
			source_close(&s);
			outcome_free(&o);
			outcome_free(&want);
		}
	alarm(0);
}

static void
test_ready_waits_as_long_as_it_is_told(void **state)
{
	struct rng r = { 11 };
	struct blob text = text_blob(&r, 5000);

	(void)state;
	for_each_kind(k) {
		struct blob b = pack(k, 1, text);
		struct timespec from, to;
		struct source s;
		int fd[2];
		double ms;

		assert_int_equal(pipe(fd), 0);
		open_fd(&s, fd[0]);
		assert_false(source_ready(&s, 0));
		/* A header gives no text. */
		assert_int_equal(write(fd[1], b.p, 8), 8);
		clock_gettime(CLOCK_MONOTONIC, &from);
		assert_false(source_ready(&s, 60));
		clock_gettime(CLOCK_MONOTONIC, &to);
		ms = (double)(to.tv_sec - from.tv_sec) * 1e3 +
		     (double)(to.tv_nsec - from.tv_nsec) / 1e6;
		assert_true(ms >= 58);	/* and longer on a busy machine */
		assert_int_equal(source_kind(&s), k);
		assert_int_equal(write(fd[1], b.p + 8, b.len - 8), b.len - 8);
		assert_true(source_ready(&s, 0));
		close(fd[1]);
		source_close(&s);
		free(b.p);
	}
	free(text.p);
}

static void
test_spooled_pipe_can_be_read_again(void **state)
{
	struct rng r = { 12 };
	struct blob b;

	(void)state;
	for_each_kind(k)
		for (uint32_t i = 0; sample(k, i, &b) || (free(b.p), false);
		     i += 3, free(b.p)) {
			struct outcome want = read_blob(b);
			const char *why = want.error != 0 ? want.why : NULL;
			unsigned char buf[100];
			struct outcome o;
			struct source s;
			pid_t pid;

			open_fd(&s, pipe_of(b, 1 + 999 * (i % 2), &pid));
			if (i % 4 < 2)
				assert_int_equal(source_kind(&s), k);
			assert_int_equal(source_spool(&s), 0);
			assert_int_equal(source_size(&s), b.len);
			for (int j = 0; j < 3; j++) {
				o = read_all(&s, &r, 0, j == 1);
				assert_outcome(&o, want.text, why);
				outcome_free(&o);
				assert_int_equal(source_rewind(&s), 0);
				source_read(&s, buf, sizeof(buf));
				assert_int_equal(source_rewind(&s), 0);
				assert_int_equal(source_consumed(&s), 0);
			}
			source_close(&s);
			waitpid(pid, NULL, 0);
			outcome_free(&want);
		}
	/* The same of what is plain. */
	for (size_t len = 0; len < 20; len++) {
		struct blob text = text_blob(&r, len);
		struct outcome o;
		struct source s;
		pid_t pid;

		open_fd(&s, pipe_of(text, 1, &pid));
		if (len % 2)
			source_kind(&s);
		assert_int_equal(source_spool(&s), 0);
		for (int j = 0; j < 2; j++) {
			o = read_all(&s, &r, 0, false);
			assert_outcome(&o, text, NULL);
			outcome_free(&o);
			assert_int_equal(source_rewind(&s), 0);
		}
		source_close(&s);
		waitpid(pid, NULL, 0);
		free(text.p);
	}
}

/* (read; dedup) < file */
static void
test_standard_input_is_read_from_where_it_stands(void **state)
{
	struct blob b = blob_of("first line\nsecond line\n", 23);
	struct blob rest = { b.p + 11, 12 };
	struct file f = file_of(b);
	int saved = dup(STDIN_FILENO);
	struct outcome o;
	struct source s;

	(void)state;
	assert_true(lseek(f.fd, 11, SEEK_SET) == 11);
	assert_true(dup2(f.fd, STDIN_FILENO) == STDIN_FILENO);
	assert_int_equal(source_open(&s, "-"), 0);
	assert_int_equal(source_size(&s), 12);
	assert_int_equal(source_spool(&s), 0);
	for (int i = 0; i < 2; i++) {
		o = read_all(&s, NULL, 5, false);
		assert_outcome(&o, rest, NULL);
		outcome_free(&o);
		assert_int_equal(source_rewind(&s), 0);
	}
	source_close(&s);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), 0);
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(f.fd);
	free(b.p);
}

static void
test_pipe_that_does_not_block_is_waited_for(void **state)
{
	struct rng r = { 13 };
	struct blob text = text_blob(&r, 3000);
	struct outcome o;
	struct source s;
	pid_t pid;

	(void)state;
	open_fd(&s, pipe_of(text, 1, &pid));
	assert_int_equal(fcntl(s.fd, F_SETFL, O_NONBLOCK), 0);
	o = read_all(&s, &r, 0, false);
	assert_outcome(&o, text, NULL);
	outcome_free(&o);
	source_close(&s);
	waitpid(pid, NULL, 0);
	free(text.p);
}

static void
test_file_that_shrinks_or_grows_ends_where_read_says(void **state)
{
	struct rng r = { 14 };
	unsigned char buf[10];
	char why[100];

	(void)state;
	for_each_kind(k) {
		struct blob text = noise_blob(&r, 2000000), rest;
		struct blob b = pack(k, 1, text);
		struct file f = file_of(b);
		struct outcome o;
		struct source s;

		assert_int_equal(source_open(&s, f.path), 0);
		assert_int_equal(source_read(&s, buf, 10), 10);
		assert_int_equal(ftruncate(f.fd, 900000), 0);
		o = read_all(&s, &r, 1 << 15, false);
		assert_string_equal(o.why, message(why, "truncated %s data",
						   k));
		assert_true(o.text.len < text.len - 10);
		assert_memory_equal(o.text.p, text.p + 10, o.text.len);
		outcome_free(&o);
		/* What was cut off comes back, and a member more. */
		assert_int_equal(source_rewind(&s), 0);
		assert_int_equal(source_read(&s, buf, 10), 10);
		assert_int_equal(pwrite(f.fd, b.p, b.len, 0), b.len);
		assert_int_equal(pwrite(f.fd, b.p, b.len, (off_t)b.len),
				 b.len);
		o = read_all(&s, &r, 1 << 15, false);
		rest = blob_of(text.p + 10, text.len - 10);
		blob_append(&rest, text);
		assert_outcome(&o, rest, NULL);
		outcome_free(&o);
		source_close(&s);
		close(f.fd);
		free(rest.p);
		free(b.p);
	}
}

static void
test_read_errors_are_told(void **state)
{
	struct outcome o;
	struct source s;

	(void)state;
	assert_int_equal(source_open(&s, "/"), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(source_open(&s, "/nonexistent"), -1);
	assert_int_equal(errno, ENOENT);
	o = read_file("/proc/self/mem");	/* nothing lies at address 0 */
	assert_int_equal(o.error, EIO);
	assert_string_equal(o.why, strerror(EIO));
	assert_int_equal(o.text.len, 0);
	outcome_free(&o);
}

static void
test_what_is_known_to_be_regular_reads_the_same(void **state)
{
	struct rng r = { 77 };
	struct blob text = text_blob(&r, 300000);
	struct file f = file_of(text);
	struct outcome o;
	struct source s;

	(void)state;
	assert_int_equal(source_open_regular(&s, f.path, text.len), 0);
	assert_int_equal(source_size(&s), text.len);
	assert_false(s.live);
	o = read_all(&s, &r, 1 << 15, false);
	assert_outcome(&o, text, NULL);
	outcome_free(&o);
	assert_int_equal(source_rewind(&s), 0);
	o = read_all(&s, &r, 1 << 15, false);
	assert_outcome(&o, text, NULL);
	outcome_free(&o);
	source_close(&s);
	close(f.fd);
	free(text.p);
	/* It may be another thing by then, or gone. */
	assert_int_equal(source_open_regular(&s, "/nonexistent", 1), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(source_open_regular(&s, "/", 1), 0);
	o = read_all(&s, NULL, 1 << 15, false);
	assert_int_equal(o.error, EISDIR);
	outcome_free(&o);
	source_close(&s);
}

static void
test_kind_that_was_left_out_is_named(void **state)
{
	static const struct {
		enum compression_kind kind;
		const char *p;
		size_t len;
		const char *why;
	} heads[] = {
		{ COMPRESSION_GZIP, "\x1f\x8b\x08", 3,
		  "gzip data, but built without zlib" },
		{ COMPRESSION_ZSTD, "\x28\xb5\x2f\xfd", 4,
		  "zstd data, but built without libzstd" },
		{ COMPRESSION_XZ, "\xfd" "7zXZ", 6,
		  "xz data, but built without liblzma" },
	};
	bool any = false;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		struct blob b = blob_of(heads[i].p, heads[i].len);

		if (compression_missing(heads[i].kind) != NULL) {
			struct outcome o = read_blob(b);

			any = true;
			assert_int_equal(o.error, ENOTSUP);
			assert_string_equal(o.why, heads[i].why);
			assert_int_equal(o.text.len, 0);
			outcome_free(&o);
		}
		free(b.p);
	}
	if (!any) {
		print_message("no library is missing\n");
		skip();
	}
}

/* So much address space, and no more than this. */
static void
limit_memory(size_t more)
{
	struct rlimit limit;
	unsigned long pages;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lu", &pages), 1);
	fclose(f);
	limit.rlim_cur = limit.rlim_max =
		pages * (size_t)sysconf(_SC_PAGESIZE) + more;
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
}

/* In a process of its own: 'len' zeros come, in 'more' bytes of memory. */
static void
check_bomb(const char *path, uint64_t len, size_t more)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		static unsigned char buf[1 << 17];
		struct source s;
		uint64_t got = 0;
		ssize_t n;

		if (!SANITIZED)
			limit_memory(more);
		if (source_open(&s, path) != 0)
			_exit(1);
		while ((n = source_read(&s, buf, sizeof(buf))) > 0) {
			got += (uint64_t)n;
			if (buf[0] != 0 || buf[n - 1] != 0)
				_exit(2);
		}
		_exit(n < 0 ? 3 : got != len ? 4 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_bomb_is_read_in_little_memory(void **state)
{
	uint64_t members = SANITIZED ? 2 : rounds(16), len = 64 << 20;
	struct blob zeros = zeros_blob(len);

	(void)state;
	for_each_kind(k) {
		struct blob b = pack(k, k == COMPRESSION_XZ ? 0 : 1, zeros);
		struct file f = file_of(b);

		for (uint64_t i = 1; i < members; i++)
			assert_int_equal(write(f.fd, b.p, b.len), b.len);
		check_bomb(f.path, members * len, (size_t)16 << 20);
		close(f.fd);
		free(b.p);
	}
	free(zeros.p);
}

/* 28 b5 2f fd, no flags, the window, one raw block, the last. */
static struct blob
zstd_of_window(unsigned char window)
{
	const unsigned char frame[] = {
		0x28, 0xb5, 0x2f, 0xfd, 0x00, window,
		(4 << 3) | 1, 0, 0, 't', 'e', 'x', 't',
	};

	return blob_of(frame, sizeof(frame));
}

static void
test_zstd_windows_are_read_up_to_the_longest(void **state)
{
	struct blob text = blob_of("text", 4);
	int longest = sizeof(size_t) > 4 ? 31 : 27;
	char why[100];

	(void)state;
	if (is_missing(COMPRESSION_ZSTD)) {
		free(text.p);
		skip();
	}
	/* Unless it is asked for, what zstd itself allows. */
	for (int log = 10; log <= 41; log++) {
		struct blob b = zstd_of_window((unsigned char)((log - 10) <<
							       3));

		if (log <= 27)
			check_blob(b, text, NULL);
		else
			check_blob(b, (struct blob){ text.p, 0 }, "zstd data "
				   "that need a window of more than 128 MiB");
		free(b.p);
	}
	for (int most = 10; most <= longest + 1; most++)
		for (int log = 10; log <= 41; log++) {
			struct blob b = zstd_of_window(
				(unsigned char)((log - 10) << 3));
			struct file f = file_of(b);
			struct rng r = { 18 };
			struct outcome o;
			struct source s;
			int bound = most < longest ? most : longest;

			assert_int_equal(source_open(&s, f.path), 0);
			source_allow_window(&s, ((uint64_t)2 << most) - 1);
			o = read_all(&s, &r, 0, false);
			assert_int_equal(o.error, log <= bound ? 0 : EBADMSG);
			snprintf(why, sizeof(why), "zstd data that need a "
				 "window of more than %d %s", 1 << bound % 10,
				 bound < 20 ? "KiB" : "MiB");
			if (bound >= 30)
				snprintf(why, sizeof(why), "zstd data that "
					 "need a window of more than %d MiB",
					 1 << (bound - 20));
			if (log > bound)
				assert_string_equal(source_error(&s), why);
			else
				assert_true(source_memory(&s) >=
					    (uint64_t)1 << log);
			source_close(&s);
			outcome_free(&o);
			close(f.fd);
			free(b.p);
		}
	free(text.p);
}

/*
 * A call of zstd that fails does not tell what it had put out.  All must come
 * here, however it is read: a block of 5000 equal bytes, then one of a kind
 * that there is not.
 */
static void
test_zstd_text_before_a_bad_block_is_not_lost(void **state)
{
	static const unsigned char frame[] = {
		0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58,
		(unsigned char)(5000 << 3 | 1 << 1), 5000 >> 5, 5000 >> 13, 'a',
		3 << 1, 0, 0,
	};
	static const size_t most[] = { 1, 2, 777, 4999, 5000, 5001, 0 };
	struct rng r = { 17 };
	struct blob b, text;

	(void)state;
	if (is_missing(COMPRESSION_ZSTD))
		skip();
	b = blob_of(frame, sizeof(frame));
	text = blob_new(5000);
	memset(text.p, 'a', 5000);
	for (size_t i = 0; i < ARRAY_LEN(most); i++) {
		struct file f = file_of(b);
		struct outcome o;
		struct source s;

		assert_int_equal(source_open(&s, f.path), 0);
		o = read_all(&s, &r, most[i], false);
		assert_int_equal(o.error, EBADMSG);
		assert_blob(o.text, text);
		source_close(&s);
		outcome_free(&o);
		close(f.fd);
	}
	free(b.p);
	free(text.p);
}

static void
test_xz_window_that_is_too_long_is_an_error(void **state)
{
#ifdef HAVE_LZMA
	struct blob text = blob_of("text", 4), b = blob_new(200);
	unsigned char *header = b.p + 12;	/* of the first block */
	lzma_stream xz = LZMA_STREAM_INIT;
	uint32_t crc;
	size_t len;

	(void)state;
	assert_int_equal(lzma_easy_encoder(&xz, 0, LZMA_CHECK_CRC32), LZMA_OK);
	xz.next_in = text.p;
	xz.avail_in = text.len;
	xz.next_out = b.p;
	xz.avail_out = b.len;
	assert_int_equal(lzma_code(&xz, LZMA_FINISH), LZMA_STREAM_END);
	b.len = xz.total_out;
	lzma_end(&xz);
	len = 4 * ((size_t)header[0] + 1);
	assert_int_equal(header[1], 0);
	assert_int_equal(header[2], 0x21);	/* LZMA2 */
	assert_int_equal(header[3], 1);
	header[4] = 40;				/* 4 GiB */
	crc = lzma_crc32(header, len - 4, 0);
	for (int i = 0; i < 4; i++)
		header[len - 4 + (size_t)i] = (unsigned char)(crc >> 8 * i);
	check_blob(b, (struct blob){ text.p, 0 },
		   "xz data that need a window of more than 128 MiB");
	free(b.p);
	free(text.p);
#else
	(void)state;
	is_missing(COMPRESSION_XZ);
	skip();
#endif
}

#ifdef FAIL_LIBRARIES
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *p, size_t size);

void *
malloc(size_t size)
{
	return allocation_fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return allocation_fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return allocation_fails() ? NULL : __libc_realloc(p, size);
}
#endif

static void
test_failing_allocations_are_told_and_nothing_is_lost(void **state)
{
	struct rng r = { 15 };

	(void)state;
	for_each_kind(k) {
		struct blob text = text_blob(&r, 3000), b = pack(k, 3, text);
		unsigned char buf[1000];
		bool failed = true;
		struct file f;
		int64_t live;

		blob_append(&b, pack(k, 9, text));
		blob_append(&text, blob_of(text.p, text.len));
		f = file_of(b);
		live = allocations.live;
		for (uint64_t n = 0; failed; n++)
			for (int on = 0; on < 2; on++) {
				struct source s;
				size_t got = 0;
				ssize_t len;

				assert_int_equal(source_open(&s, f.path), 0);
				allocations_fail(n, on);
				errno = 0;
				while ((len = source_read(&s, buf,
							  sizeof(buf))) > 0) {
					got += (size_t)len;
					assert_true(got <= text.len);
					assert_memory_equal(buf, text.p + got -
							    len, len);
				}
				failed = allocations_succeed() > 0;
				if (failed) {
					assert_int_equal(len, -1);
					assert_int_equal(errno, ENOMEM);
					assert_non_null(source_error(&s));
				} else {
					assert_int_equal(got, text.len);
				}
				source_close(&s);
				assert_int_equal(allocations.live, live);
			}
		close(f.fd);
		free(b.p);
		free(text.p);
	}
}

static void
test_failing_allocations_while_spooling_are_told(void **state)
{
	struct rng r = { 16 };
	struct blob text = text_blob(&r, 3000);
	bool failed = true;

	(void)state;
	for (uint64_t n = 0; failed; n++) {
		struct source s;
		int fd[2];

		assert_int_equal(pipe(fd), 0);
		assert_int_equal(write(fd[1], text.p, text.len), text.len);
		close(fd[1]);
		open_fd(&s, fd[0]);
		allocations_fail(n, false);
		assert_int_equal(source_spool(&s) != 0,
				 allocations_succeed() > 0);
		failed = s.live;
		if (failed)
			assert_int_equal(errno, ENOMEM);
		source_close(&s);
	}
	free(text.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_level_reads_as_what_was_packed),
		cmocka_unit_test(test_command_line_tools_output_is_read),
		cmocka_unit_test(
			test_short_and_plain_files_are_read_as_they_are),
		cmocka_unit_test(test_members_frames_and_streams_are_joined),
		cmocka_unit_test(
			test_zstd_skippable_frame_may_come_first_or_alone),
		cmocka_unit_test(
		 test_garbage_after_the_last_member_is_an_error_after_all_text),
		cmocka_unit_test(
			test_truncated_data_give_a_prefix_and_an_error),
		cmocka_unit_test(test_flipped_bit_is_an_error_or_harmless),
		cmocka_unit_test(test_noise_behind_a_magic_number_is_an_error),
		cmocka_unit_test(test_outcome_does_not_depend_on_read_sizes),
		cmocka_unit_test(test_ready_means_that_a_read_does_not_block),
		cmocka_unit_test(test_ready_waits_as_long_as_it_is_told),
		cmocka_unit_test(test_spooled_pipe_can_be_read_again),
		cmocka_unit_test(
			test_standard_input_is_read_from_where_it_stands),
		cmocka_unit_test(test_pipe_that_does_not_block_is_waited_for),
		cmocka_unit_test(
			test_file_that_shrinks_or_grows_ends_where_read_says),
		cmocka_unit_test(test_read_errors_are_told),
		cmocka_unit_test(
			test_what_is_known_to_be_regular_reads_the_same),
		cmocka_unit_test(test_kind_that_was_left_out_is_named),
		cmocka_unit_test(test_bomb_is_read_in_little_memory),
		cmocka_unit_test(test_zstd_windows_are_read_up_to_the_longest),
		cmocka_unit_test(
			test_zstd_text_before_a_bad_block_is_not_lost),
		cmocka_unit_test(test_xz_window_that_is_too_long_is_an_error),
		cmocka_unit_test(
			test_failing_allocations_are_told_and_nothing_is_lost),
		cmocka_unit_test(
			test_failing_allocations_while_spooling_are_told),
	};

	if (!has_proc()) {
		print_message("test_source: skipped: no /proc\n");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
