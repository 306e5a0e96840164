/* writer.c, with encoder.c and compression.c, against one-shot decoders. */
#define FAIL_ALLOCATIONS
#include "random.h"

#include "compressed.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "source.h"
#include "writer.h"

/* See test_source.c. */
#if defined(__GLIBC__) && !SANITIZED
#define FAIL_LIBRARIES
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);
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

/* A directory for each test, and in it. */
static char dir[] = "/tmp/test_writer-XXXXXX";
static char path[sizeof(dir) + 260];

static const char *
in_dir(const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int
make_dir(void **state)
{
	(void)state;
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	return mkdtemp(dir) == NULL;
}

/* Names in the directory, "." and ".." not counted. */
static int
count_files(void)
{
	DIR *d = opendir(dir);
	int n = -2;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static int
remove_dir(void **state)
{
	char cmd[100];

	(void)state;
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

static struct blob
slurp(const char *name)
{
	int fd = open(name, O_RDONLY);
	struct stat st;
	struct blob b;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	b = blob_new((size_t)st.st_size);
	assert_int_equal(read(fd, b.p, b.len), b.len);
	close(fd);
	return b;
}

static void
spit(const char *name, const char *text, mode_t mode)
{
	int fd;

	unlink(name);
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
assert_file(const char *name, const char *text)
{
	struct blob b = slurp(name);

	assert_int_equal(b.len, strlen(text));
	assert_memory_equal(b.p, text, b.len);
	free(b.p);
}

/* All of it, in pieces of at most 'most' bytes. */
static void
put_pieces(struct writer *w, struct rng *r, struct blob b, uint32_t most)
{
	for (size_t at = 0, n; at < b.len; at += n) {
		n = rng_below(r, most + 1);
		if (n > b.len - at)
			n = b.len - at;
		assert_int_equal(writer_put(w, b.p + at, n), 0);
	}
}

static struct blob
written(const struct compression *c, struct rng *r, struct blob b,
	uint32_t most)
{
	struct writer w;

	unlink(in_dir("w"));
	assert_int_equal(writer_open(&w, path, c), 0);
	put_pieces(&w, r, b, most);
	assert_int_equal(w.total, b.len);
	assert_int_equal(writer_close(&w), 0);
	return slurp(path);
}

static void
test_compression_is_parsed(void **state)
{
	static const struct {
		const char *arg;
		int kind, level;	/* kind -1: wrong */
	} args[] = {
		{ "none", COMPRESSION_NONE, -1 },
		{ "gzip", COMPRESSION_GZIP, -1 },
		{ "gzip:0", COMPRESSION_GZIP, 0 },
		{ "gzip:9", COMPRESSION_GZIP, 9 },
		{ "zstd", COMPRESSION_ZSTD, -1 },
		{ "zstd:1", COMPRESSION_ZSTD, 1 },
		{ "zstd:22", COMPRESSION_ZSTD, 22 },
		{ "xz:0", COMPRESSION_XZ, 0 }, { "xz:9", COMPRESSION_XZ, 9 },
		{ "xz:06", COMPRESSION_XZ, 6 },
		{ "", -1, 0 }, { ":", -1, 0 }, { ":6", -1, 0 },
		{ "none:", -1, 0 }, { "none:0", -1, 0 }, { "gz", COMPRESSION_GZIP, -1 },
		{ "gzip:", -1, 0 }, { "gzip:10", -1, 0 }, { "gzip:-1", -1, 0 },
		{ "gzip:6 ", -1, 0 }, { "gzip: 6", -1, 0 },
		{ "gzip:+6", -1, 0 },
		{ "gzip:006", -1, 0 }, { "gzip:6:6", -1, 0 },
		{ "gzip:4294967296", -1, 0 }, { "gzipp", -1, 0 },
		{ "zstd:0", -1, 0 }, { "zstd:23", -1, 0 }, { "xz:10", -1, 0 },
		{ "XZ", -1, 0 }, { "bzip2", -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(args); i++) {
		struct compression c = { .level = 77 };
		const char *why = NULL;

		if (args[i].kind < 0) {
			assert_int_equal(compression_parse(args[i].arg, &c,
							   &why), -1);
			assert_non_null(why);
			assert_int_equal(c.level, 77);
			continue;
		}
		assert_int_equal(compression_parse(args[i].arg, &c, &why), 0);
		assert_int_equal(c.kind, args[i].kind);
		assert_int_equal(c.level, args[i].level);
	}
}

static void
test_compression_is_told_by_the_suffix(void **state)
{
	static const struct { const char *name; int kind; } names[] = {
		{ "a.gz", COMPRESSION_GZIP }, { "a.zst", COMPRESSION_ZSTD },
		{ "d.xz/a.xz", COMPRESSION_XZ },
		{ "a.xz.txt", COMPRESSION_NONE },
		{ "", COMPRESSION_NONE }, { "gz", COMPRESSION_NONE },
		{ "agz", COMPRESSION_NONE }, { "a.GZ", COMPRESSION_NONE },
		{ "a.gz.xz", COMPRESSION_XZ }, { "-", COMPRESSION_NONE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct compression c = compression_of_suffix(names[i].name);

		assert_int_equal(c.kind, names[i].kind);
		assert_int_equal(c.level, -1);
	}
}

static void
test_every_level_is_unpacked_by_the_library(void **state)
{
	static const size_t lens[] = { 0, 1, 5000, 131072, 131073, 700000 };
	struct rng r = { 1 };

	(void)state;
	for_each_kind(k)
		for (int level = -1; level <= level_most(k);
		     level += level < 9 && every() == 1 ? 1 : 5)
			for (size_t i = 0; i < 2 * ARRAY_LEN(lens); i++) {
				struct compression c = { k, level };
				struct blob text, b, got;
				int members;

				if (lens[i / 2] > 5000 &&
				    (level > 6 || level % 2))
					continue;
				if (level == 0 && k == COMPRESSION_ZSTD)
					continue;
				text = i % 2 ? noise_blob(&r, lens[i / 2]) :
				       text_blob(&r, lens[i / 2]);
				b = written(&c, &r, text, 50000);
				got = unpack(k, b.p, b.len, text.len,
					     &members);
				assert_blob(got, text);
				assert_int_equal(members, 1);
				free(got.p);
				free(b.p);
				free(text.p);
			}
}

static void
test_command_line_tools_read_it(void **state)
{
	struct rng r = { 2 };
	struct blob text = text_blob(&r, 400000);

	(void)state;
	for_each_kind(k) {
		struct compression c = { k, -1 };
		struct blob b = written(&c, &r, text, 30000), got;
		char cmd[200];

		snprintf(cmd, sizeof(cmd), "command -v %s >/dev/null",
			 compression_name(k));
		if (system(cmd) != 0) {
			print_message("skipped: no %s command\n",
				      compression_name(k));
		} else {
			snprintf(cmd, sizeof(cmd), "%s -dc < %s/w > %s/out",
				 compression_name(k), dir, dir);
			assert_int_equal(system(cmd), 0);
			got = slurp(in_dir("out"));
			assert_blob(got, text);
			free(got.p);
		}
		free(b.p);
	}
	free(text.p);
}

/*
 * Also at level 0 of gzip, which stores, in blocks as long as input and room
 * allow.
 */
static void
test_output_does_not_depend_on_how_bytes_came(void **state)
{
	static const size_t lens[] = { 0, 1, 40000, 131072, 262144, 600001 };
	struct rng r = { 3 };

	(void)state;
	for_each_kind(k)
		for (int level = level_least(k); level < 8;
		     level += every() == 1 ? 3 : 8)
			for (size_t i = 0; i < 2 * ARRAY_LEN(lens); i++) {
				struct compression c = { k, level };
				struct blob text = i % 2 ?
					noise_blob(&r, lens[i / 2]) :
					text_blob(&r, lens[i / 2]);
				struct blob want = written(&c, &r, text,
							   1000000);

				for (uint32_t most = 70; most < 500000;
				     most *= 60) {
					struct blob b = written(&c, &r, text,
								most);

					assert_blob(b, want);
					free(b.p);
				}
				free(want.p);
				free(text.p);
			}
}

/* A member's bytes hang on nothing that came before it. */
static void
test_members_are_those_of_their_text_alone(void **state)
{
	struct rng r = { 4 };

	(void)state;
	for_each_kind(k)
		for (int i = 0; i < 20; i++) {
			struct compression c = { k, i % 3 + (k ==
						 COMPRESSION_ZSTD) };
			struct blob want = blob_new(0), all = blob_new(0), b;
			int n = (int)rng_below(&r, 12), members;
			struct blob *texts = calloc(12, sizeof(*texts));
			struct writer w;

			for (int j = 0; j < n; j++) {
				texts[j] = text_blob(&r, 1 + rng_below(&r,
					rng_once(&r, 4) ? 300000 : 900));
				blob_append(&want, written(&c, &r, texts[j],
							   5000));
			}
			unlink(in_dir("m"));
			assert_int_equal(writer_open(&w, path, &c), 0);
			assert_int_equal(writer_end_member(&w), 0);
			for (int j = 0; j < n; j++) {
				put_pieces(&w, &r, texts[j], 100000);
				for (uint32_t e = rng_range(&r, 1, 3); e > 0;
				     e--)
					assert_int_equal(writer_end_member(&w),
							 0);
				blob_append(&all, texts[j]);
			}
			assert_int_equal(w.total, all.len);
			assert_int_equal(writer_close(&w), 0);
			if (n == 0)
				blob_append(&want, written(&c, &r, all, 1));
			b = slurp(in_dir("m"));
			assert_blob(b, want);
			free(want.p);
			want = unpack(k, b.p, b.len, all.len, &members);
			assert_blob(want, all);
			assert_int_equal(members, n > 0 ? n : 1);
			free(want.p);
			free(b.p);
			free(all.p);
			free(texts);
		}
}

static void
test_plain_bytes_are_written_as_they_are(void **state)
{
	struct compression none = { COMPRESSION_NONE, -1 };
	struct rng r = { 5 };

	(void)state;
	for (uint32_t most = 1; most < 500000; most = most * 7 + 1) {
		struct blob text = noise_blob(&r, 400000);
		struct blob b = written(most % 2 ? NULL : &none, &r, text,
					most);

		assert_blob(b, text);
		free(b.p);
		free(text.p);
	}
}

/* Through a pipe: what was put before a flush can be read. */
static void
test_flush_lets_a_reader_see_all(void **state)
{
	static const enum compression_kind kinds[] = {
		COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD,
		COMPRESSION_XZ,
	};
	struct rng r = { 6 };

	(void)state;
	if (!has_proc()) {
		print_message("skipped: no /proc\n");
		skip();
	}
	alarm(600);	/* against waiting for ever */
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct compression c = { kinds[i], -1 };
		struct blob text = text_blob(&r, 300000);
		unsigned char *got = malloc(text.len);
		size_t put = 0, seen = 0;
		unsigned long long sent;
		char name[40];
		struct writer w;
		struct source s;
		int fd[2];

		if (is_missing(kinds[i])) {
			free(got);
			free(text.p);
			continue;
		}
		assert_int_equal(pipe(fd), 0);
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd[1]);
		assert_int_equal(writer_open(&w, name, &c), 0);
		close(fd[1]);
		snprintf(name, sizeof(name), "/proc/self/fd/%d", fd[0]);
		assert_int_equal(source_open(&s, name), 0);
		close(fd[0]);
		while (put < text.len) {
			size_t n = rng_below(&r, rng_once(&r, 4) ? 20000 : 50);

			n = n < text.len - put ? n : text.len - put;
			assert_int_equal(writer_put(&w, text.p + put, n), 0);
			put += n;
			if (rng_once(&r, 9))
				assert_int_equal(writer_end_member(&w), 0);
			assert_int_equal(writer_flush(&w), 0);
			sent = w.written;
			assert_int_equal(writer_flush(&w), 0);
			assert_int_equal(w.written, sent);
			while (seen < put) {
				ssize_t len;

				assert_true(source_ready(&s, 0));
				len = source_read(&s, got + seen,
						  text.len - seen);
				assert_true(len > 0);
				seen += (size_t)len;
			}
			assert_int_equal(seen, put);
			assert_false(source_ready(&s, 0));
		}
		assert_memory_equal(got, text.p, text.len);
		assert_int_equal(writer_close(&w), 0);
		assert_int_equal(source_read(&s, got, 1), 0);
		assert_int_equal(source_consumed(&s) > 0, true);
		source_close(&s);
		free(got);
		free(text.p);
	}
	alarm(0);
}

static void
test_written_counts_what_left(void **state)
{
	struct rng r = { 7 };
	struct blob text = noise_blob(&r, 500000), b, got;
	int members;

	(void)state;
	for_each_kind(k) {
		struct compression c = { k, -1 };
		struct writer w;

		unlink(in_dir("w"));
		assert_int_equal(writer_open(&w, path, &c), 0);
		assert_int_equal(writer_put(&w, text.p, text.len), 0);
		assert_int_equal(writer_end_member(&w), 0);
		assert_int_equal(writer_flush(&w), 0);
		b = slurp(path);
		assert_int_equal(w.written, b.len);
		assert_int_equal(w.total, text.len);
		free(b.p);
		/* Neither flushing nor closing begins another member. */
		assert_int_equal(writer_close(&w), 0);
		b = slurp(path);
		got = unpack(k, b.p, b.len, text.len, &members);
		assert_blob(got, text);
		assert_int_equal(members, 1);
		free(got.p);
		free(b.p);
	}
	free(text.p);
}

static void
test_missing_library_is_told_when_opening(void **state)
{
	bool any = false;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(all_kinds); i++) {
		struct compression c = { all_kinds[i], -1 };
		struct writer w;

		if (compression_missing(all_kinds[i]) == NULL)
			continue;
		any = true;
		assert_int_equal(writer_open(&w, in_dir("w"), &c), -1);
		assert_int_equal(errno, ENOTSUP);
		assert_int_equal(writer_replace(&w, in_dir("w"), &c, NULL),
				 -1);
		assert_int_equal(errno, ENOTSUP);
		assert_int_equal(count_files(), 0);
	}
	if (!any) {
		print_message("no library is missing\n");
		skip();
	}
}

/* Replacing. */

static mode_t
mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_mode & 07777;
}

/* Put 'text' in the place of 'name': what writer_commit() says. */
static int
replace(const char *name, const char *text, const struct stat *like,
	bool durable)
{
	struct writer w;

	assert_int_equal(writer_replace(&w, name, NULL, like), 0);
	assert_int_equal(writer_put(&w, text, strlen(text)), 0);
	return writer_commit(&w, durable);
}

static void
test_replaced_file_is_all_old_and_then_all_new(void **state)
{
	struct rng r = { 8 };
	struct blob text = text_blob(&r, 500000), b;
	struct writer w;

	(void)state;
	for (int durable = 0; durable < 2; durable++) {
		spit(in_dir("f"), "old", 0640);
		assert_int_equal(writer_replace(&w, path, NULL, NULL), 0);
		assert_int_equal(writer_put(&w, text.p, text.len), 0);
		assert_int_equal(writer_flush(&w), 0);
		assert_file(path, "old");
		assert_int_equal(count_files(), 2);
		assert_int_equal(writer_commit(&w, durable), 0);
		b = slurp(path);
		assert_blob(b, text);
		assert_int_equal(count_files(), 1);
		assert_int_equal(mode_of(path), 0640);
		free(b.p);
	}
	free(text.p);
}

static void
test_replaced_file_may_be_compressed(void **state)
{
	struct rng r = { 9 };
	struct blob text = text_blob(&r, 500000);

	(void)state;
	for_each_kind(k) {
		struct compression c = { k, -1 };
		struct blob want = written(&c, &r, text, 9999), b;
		struct writer w;

		assert_int_equal(writer_replace(&w, in_dir("f"), &c, NULL), 0);
		put_pieces(&w, &r, text, 100);
		assert_int_equal(writer_commit(&w, false), 0);
		b = slurp(in_dir("f"));
		assert_blob(b, want);
		free(b.p);
		free(want.p);
	}
	free(text.p);
}

static void
test_abort_leaves_all_as_it_was(void **state)
{
	struct writer w;

	(void)state;
	spit(in_dir("f"), "old", 0600);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(writer_replace(&w, in_dir(i ? "new" : "f"),
						NULL, NULL), 0);
		assert_int_equal(writer_put(&w, "new", 3), 0);
		errno = ENOSPC;
		writer_abort(&w);
		assert_int_equal(errno, ENOSPC);
		assert_int_equal(count_files(), 1);
		assert_file(in_dir("f"), "old");
	}
}

static void
test_new_file_has_the_mode_of_any_new_file(void **state)
{
	static const mode_t masks[] = { 022, 077, 0, 027 };
	mode_t saved = umask(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(masks); i++) {
		umask(masks[i]);
		unlink(in_dir("f"));
		assert_int_equal(replace(path, "text", NULL, false), 0);
		assert_int_equal(mode_of(path), 0666 & ~masks[i]);
		assert_file(path, "text");
	}
	umask(saved);
}

static void
test_mode_is_kept(void **state)
{
	static const mode_t modes[] = {
		0600, 0644, 0666, 0400, 0444, 0755, 0060, 0006, 0640, 0777,
		04755, 02755,
	};
	mode_t saved = umask(0);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++)
		for (int like = 0; like < 3; like++) {
			struct stat st;
			struct writer w;
			DIR *d;

			umask(like == 2 ? 077 : 022);
			spit(in_dir("f"), "old", modes[i]);
			assert_int_equal(stat(path, &st), 0);
			if (like)
				unlink(path);
			assert_int_equal(writer_replace(&w, path, NULL,
							like ? &st : NULL), 0);
			/* Nobody gets at the temporary one who may not. */
			d = opendir(dir);
			for (struct dirent *e; (e = readdir(d)) != NULL; )
				if (e->d_name[0] == '.' && e->d_name[1] == 'f')
					assert_int_equal(mode_of(
						in_dir(e->d_name)) &
						~modes[i], 0);
			closedir(d);
			assert_int_equal(writer_commit(&w, false), 0);
			assert_int_equal(mode_of(in_dir("f")), modes[i]);
		}
	umask(saved);
}

/* Root gives files away; another keeps them, without set-id bits. */
static void
test_owner_is_kept_where_one_may(void **state)
{
	struct stat st;
	pid_t pid;
	int status;

	(void)state;
	spit(in_dir("f"), "old", 0600);
	if (geteuid() != 0) {
		print_message("skipped: not root\n");
		skip();
	}
	assert_int_equal(chown(path, 12345, 23456), 0);
	assert_int_equal(chmod(path, 06755), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(replace(path, "new", NULL, false), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 12345);
	assert_int_equal(st.st_gid, 23456);
	assert_int_equal(st.st_mode & 07777, 06755);
	assert_int_equal(chmod(dir, 0777), 0);
	pid = fork();
	if (pid == 0) {
		st.st_mode = S_IFREG | 06764;
		if (setgid(34567) != 0 || setuid(34567) != 0)
			_exit(2);
		_exit(replace(path, "newer", &st, true) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_file(path, "newer");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 34567);
	assert_int_equal(st.st_gid, 34567);
	assert_int_equal(st.st_mode & 07777, 0744);
	/* A group that it is a member of. */
	pid = fork();
	if (pid == 0) {
		st.st_mode = S_IFREG | 02764;
		st.st_uid = 0;
		st.st_gid = 23456;
		if (setgid(23456) != 0 || setuid(34567) != 0)
			_exit(2);
		_exit(replace(path, "newest", &st, true) != 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 34567);
	assert_int_equal(st.st_gid, 23456);
	assert_int_equal(st.st_mode & 07777, 0764);
}

static bool
is_link(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0 && S_ISLNK(st.st_mode);
}

static void
test_file_behind_a_link_is_replaced(void **state)
{
	char there[sizeof(dir) + 20];

	(void)state;
	assert_int_equal(mkdir(in_dir("sub"), 0777), 0);
	spit(in_dir("sub/f"), "old", 0600);
	assert_int_equal(symlink("f", in_dir("sub/near")), 0);
	assert_int_equal(symlink("sub/near", in_dir("far")), 0);
	snprintf(there, sizeof(there), "%s/far", dir);
	assert_int_equal(symlink(there, in_dir("sub/back")), 0);
	assert_int_equal(replace(in_dir("far"), "new", NULL, true), 0);
	assert_file(in_dir("sub/f"), "new");
	assert_int_equal(replace(in_dir("sub/back"), "newer", NULL, true), 0);
	assert_file(in_dir("sub/f"), "newer");
	assert_true(is_link(in_dir("far")));
	assert_true(is_link(in_dir("sub/near")));
	assert_true(is_link(in_dir("sub/back")));
	/* One that points to nothing yet. */
	assert_int_equal(symlink("sub/none", in_dir("dangling")), 0);
	assert_int_equal(replace(in_dir("dangling"), "text", NULL, false), 0);
	assert_true(is_link(in_dir("dangling")));
	assert_file(in_dir("sub/none"), "text");
	assert_int_equal(count_files(), 3);
}

static void
test_what_is_no_regular_file_is_not_replaced(void **state)
{
	static const struct { const char *name; int error; } wrong[] = {
		{ "/dev/null", EINVAL }, { "/tmp", EISDIR }, { "/", EISDIR },
		{ "", ENOENT }, { "/nonexistent/f", ENOENT },
		{ "/dev/null/f", ENOTDIR },
	};
	struct writer w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
		assert_int_equal(writer_replace(&w, wrong[i].name, NULL, NULL),
				 -1);
		assert_int_equal(errno, wrong[i].error);
	}
	assert_int_equal(mkfifo(in_dir("fifo"), 0666), 0);
	assert_int_equal(writer_replace(&w, path, NULL, NULL), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(symlink("loop", in_dir("loop")), 0);
	assert_int_equal(writer_replace(&w, path, NULL, NULL), -1);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(writer_replace(&w, in_dir("new/"), NULL, NULL), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(count_files(), 2);
}

static void
test_long_and_relative_names_can_be_replaced(void **state)
{
	char name[256], *saved = getcwd(NULL, 0);

	(void)state;
	assert_int_equal(chdir(dir), 0);
	for (size_t len = 1; len <= 255; len += 127) {
		memset(name, 'x', len);
		name[len] = '\0';
		assert_int_equal(replace(name, "one", NULL, true), 0);
		assert_int_equal(replace(name, "two", NULL, true), 0);
		assert_file(name, "two");
	}
	assert_int_equal(count_files(), 3);
	assert_int_equal(chdir(saved), 0);
	free(saved);
}

/* In a process that may not write files longer than this. */
static int
in_small_files(int (*run)(const void *arg), const void *arg)
{
	struct rlimit limit = { 5000, 5000 };
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		signal(SIGXFSZ, SIG_IGN);
		_exit(setrlimit(RLIMIT_FSIZE, &limit) != 0 ? 99 : run(arg));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* Whether the limit is noticed, at any time, and stays. */
static int
write_too_much(const void *arg)
{
	struct rng r = { 10 };
	struct blob text = noise_blob(&r, 20000);
	const int *put_often = arg;
	struct writer w;
	int n = *put_often ? 40 : 1;

	if (writer_replace(&w, in_dir("f"), NULL, NULL) != 0)
		return 1;
	while (n-- > 0)
		if (writer_put(&w, text.p, text.len) != 0 && errno != EFBIG)
			return 2;
	errno = 0;
	if (writer_commit(&w, true) == 0 || errno != EFBIG)
		return 3;
	free(text.p);
	return 0;
}

static void
test_full_disk_leaves_the_old_file(void **state)
{
	(void)state;
	spit(in_dir("f"), "old", 0600);
	for (int often = 0; often < 2; often++) {
		assert_int_equal(in_small_files(write_too_much, &often), 0);
		assert_file(in_dir("f"), "old");
		assert_int_equal(count_files(), 1);
	}
}

static void
test_first_failure_is_told_from_then_on(void **state)
{
	static const enum compression_kind kinds[] = {
		COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD,
		COMPRESSION_XZ,
	};
	struct rng r = { 11 };
	struct blob text = noise_blob(&r, 1000000);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct compression c = { kinds[i], -1 };
		struct writer w;

		if (is_missing(kinds[i]))
			continue;
		assert_int_equal(writer_open(&w, "/dev/full", &c), 0);
		assert_int_equal(writer_put(&w, "x", 1), 0);
		errno = 0;
		assert_int_equal(writer_close(&w), -1);
		assert_int_equal(errno, ENOSPC);
		assert_int_equal(writer_open(&w, "/dev/full", &c), 0);
		assert_int_equal(writer_put(&w, text.p, text.len), -1);
		assert_int_equal(errno, ENOSPC);
		errno = 0;
		assert_int_equal(writer_put(&w, text.p, 1), -1);
		assert_int_equal(errno, ENOSPC);
		errno = 0;
		assert_int_equal(writer_flush(&w), -1);
		assert_int_equal(errno, ENOSPC);
		errno = 0;
		assert_int_equal(writer_end_member(&w), -1);
		assert_int_equal(errno, ENOSPC);
		errno = 0;
		assert_int_equal(writer_close(&w), -1);
		assert_int_equal(errno, ENOSPC);
	}
	free(text.p);
}

/* A directory has come where the file was: rename() fails. */
static void
test_failing_rename_removes_the_temporary_file(void **state)
{
	struct writer w;

	(void)state;
	assert_int_equal(writer_replace(&w, in_dir("f"), NULL, NULL), 0);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(writer_put(&w, "text", 4), 0);
	assert_int_equal(writer_commit(&w, false), -1);
	assert_int_equal(errno, EISDIR);
	assert_int_equal(count_files(), 1);
}

/* Write into fresh and old files until an allocation fails. */
static int
write_members(const struct compression *c, struct blob text)
{
	struct writer w;
	int failed = 0;

	if (writer_replace(&w, in_dir("f"), c, NULL) != 0)
		return -1;
	for (int i = 0; i < 3; i++) {
		failed |= writer_put(&w, text.p, text.len) != 0;
		failed |= (i == 1 ? writer_flush(&w) :
			   writer_end_member(&w)) != 0;
	}
	if (failed) {
		writer_abort(&w);
		return -1;
	}
	return writer_commit(&w, true);
}

static void
test_failing_allocations_leave_the_old_file(void **state)
{
	static const enum compression_kind kinds[] = {
		COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD,
		COMPRESSION_XZ,
	};
	struct rng r = { 12 };
	struct blob text = text_blob(&r, 200000);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct compression c = { kinds[i], 1 };
		bool failed = true;

		if (is_missing(kinds[i]))
			continue;
		for (uint64_t n = 0; failed; n++)
			for (int on = 0; on < 2; on++) {
				int got, error;

				spit(in_dir("f"), "old", 0600);
				allocations_fail(n, on);
				got = write_members(&c, text);
				error = errno;
				failed = allocations_succeed() > 0;
				assert_int_equal(count_files(), 1);
				/* An encoder may do with less. */
				if (got == 0)
					continue;
				assert_true(failed);
				assert_int_equal(error, ENOMEM);
				assert_file(in_dir("f"), "old");
			}
	}
	free(text.p);
}

static void
test_nothing_is_leaked(void **state)
{
	struct compression none = { COMPRESSION_NONE, -1 };
	int64_t live;
	struct writer w;

	(void)state;
	live = allocations.live;
	for (uint64_t n = 0; ; n++) {
		int got;

		allocations_fail(n, true);
		got = writer_open(&w, in_dir("f"), &none);
		if (allocations_succeed() == 0)
			break;
		assert_int_equal(got, -1);
		assert_int_equal(errno, ENOMEM);
		assert_int_equal(allocations.live, live);
	}
	assert_int_equal(writer_close(&w), 0);
	assert_int_equal(allocations.live, live);
}

/* Its owner closes or aborts it once more at the end. */
static void
test_what_could_not_be_opened_holds_nothing(void **state)
{
	static const enum compression_kind kinds[] = {
		COMPRESSION_NONE, COMPRESSION_GZIP, COMPRESSION_ZSTD,
		COMPRESSION_XZ,
	};
	struct writer w;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct compression c = { kinds[i], 1 };
		int64_t live = allocations.live;

		if (is_missing(kinds[i]))
			continue;
		for (uint64_t n = 0; ; n++) {
			int got;

			allocations_fail(n, false);
			got = writer_open(&w, NULL, &c);
			if (allocations_succeed() == 0)
				break;
			assert_int_equal(got, -1);
			assert_null(w.encoder);
			assert_null(w.buf);
			writer_abort(&w);
			writer_abort(&w);
			assert_int_equal(allocations.live, live);
		}
		writer_abort(&w);
		assert_int_equal(allocations.live, live);
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_dir, remove_dir)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_compression_is_parsed),
		TEST(test_compression_is_told_by_the_suffix),
		TEST(test_every_level_is_unpacked_by_the_library),
		TEST(test_command_line_tools_read_it),
		TEST(test_output_does_not_depend_on_how_bytes_came),
		TEST(test_members_are_those_of_their_text_alone),
		TEST(test_plain_bytes_are_written_as_they_are),
		TEST(test_flush_lets_a_reader_see_all),
		TEST(test_written_counts_what_left),
		TEST(test_missing_library_is_told_when_opening),
		TEST(test_replaced_file_is_all_old_and_then_all_new),
		TEST(test_replaced_file_may_be_compressed),
		TEST(test_abort_leaves_all_as_it_was),
		TEST(test_new_file_has_the_mode_of_any_new_file),
		TEST(test_mode_is_kept),
		TEST(test_owner_is_kept_where_one_may),
		TEST(test_file_behind_a_link_is_replaced),
		TEST(test_what_is_no_regular_file_is_not_replaced),
		TEST(test_long_and_relative_names_can_be_replaced),
		TEST(test_full_disk_leaves_the_old_file),
		TEST(test_first_failure_is_told_from_then_on),
		TEST(test_failing_rename_removes_the_temporary_file),
		TEST(test_failing_allocations_leave_the_old_file),
		TEST(test_nothing_is_leaked),
		TEST(test_what_could_not_be_opened_holds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
