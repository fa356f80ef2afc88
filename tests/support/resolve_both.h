/* Resolves paths of a fake root in both ways there are, which must agree. */
#ifndef CALLGATE_TESTS_SUPPORT_RESOLVE_BOTH_H
#define CALLGATE_TESTS_SUPPORT_RESOLVE_BOTH_H

#include "tests/support/fake_root.h"

#include "base/cleanup.h"
#include "policy/identity.h"
#include "policy/root/view.h"

static const bool by_hand[] = { false, true };

/* Resolves in both ways; they must agree in everything. The caller frees the result. */
static inline struct resolution resolve(const struct fake_root *root, const char *path)
{
	struct resolution r[2];

	for (size_t i = 0; i < 2; i++) {
		struct root_view view = { .fd = root->fd, .by_hand = by_hand[i] };

		int rc = root_view_resolve(&view, path, &r[i]);

		assert_int_equal(rc, -r[i].errnum);
		assert_string_equal(r[i].asked, path);
	}
	assert_int_equal(r[0].errnum, r[1].errnum);
	assert_string_equal(r[0].path, r[1].path);
	assert_int_equal(r[0].nlinks, r[1].nlinks);
	for (size_t i = 0; i < r[0].nlinks; i++) {
		assert_string_equal(r[0].links[i].path, r[1].links[i].path);
		assert_string_equal(r[0].links[i].target, r[1].links[i].target);
	}
	assert_int_equal(r[0].id.known, r[1].id.known);
	assert_true(!r[0].id.known || identity_equal(&r[0].id, &r[1].id));
	assert_int_equal(r[0].mode, r[1].mode);
	resolution_free(&r[1]);
	return r[0];
}

static inline void expect_chain(const struct resolution *r, const char *chain)
{
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	resolution_chain(r, &out);
	assert_string_equal(sbuf_text(&out), chain);
}

/* The path leads to `canonical`, which is that very file, by these links. */
static inline void expect_path(
	const struct fake_root *root, const char *asked, const char *canonical, const char *chain)
{
	cleanup_resolution struct resolution r = resolve(root, asked);
	struct stat st;

	assert_int_equal(r.errnum, 0);
	assert_string_equal(r.path, canonical);
	expect_chain(&r, chain);
	assert_int_equal(
		fstatat(root->fd, canonical[1] ? canonical + 1 : ".", &st, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(r.id.known);
	assert_int_equal(r.id.dev, st.st_dev);
	assert_int_equal(r.id.ino, st.st_ino);
	assert_int_equal(r.id.size, st.st_size);
	assert_int_equal(r.id.ctime_sec, st.st_ctim.tv_sec);
	assert_int_equal(r.id.ctime_nsec, st.st_ctim.tv_nsec);
	assert_int_equal(r.mode, st.st_mode);
	assert_int_equal(r.uid, st.st_uid);
	assert_int_equal(r.gid, st.st_gid);
}

/* The path fails at `step` with `errnum`; `words` are somewhere in what is said of it. */
static inline void expect_fault(const struct fake_root *root, const char *asked, int errnum,
	const char *step, const char *words)
{
	cleanup_resolution struct resolution r = resolve(root, asked);
	cleanup_sbuf struct sbuf out = SBUF_INIT;

	assert_int_equal(r.errnum, errnum);
	assert_false(r.id.known);
	assert_string_equal(r.path, step);
	resolution_fault(&r, &out);
	if (!strstr(sbuf_text(&out), words))
		assert_string_equal(sbuf_text(&out), words);
}

#endif
