/* tree: one link, immutable folders, nothing beside them touched. */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "agent/engine/file.h"
#include "agent/engine/tree.h"

struct fixture {
	char dir[64];
	struct tree *tree;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct error err = { 0 };

	snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/stralix-tree-XXXXXX");
	assert_non_null(mkdtemp(fixture->dir));
	assert_true(tree_open(fixture->dir, (gid_t)-1, &fixture->tree, &err));
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };

	tree_free(fixture->tree);
	assert_true(file_remove_tree(AT_FDCWD, fixture->dir, &err));
	free(fixture);
	return 0;
}

static void make(const struct fixture *fixture, uint64_t generation)
{
	const struct file_owner owner = { (uid_t)-1, (gid_t)-1, 0600 };
	struct error err = { 0 };
	int fd;

	assert_true(tree_begin(fixture->tree, generation, &fd, &err));
	assert_true(file_write_at(fd, "file", "x", 1, owner, &err));
	close(fd);
}

static void nothing_is_live_at_first(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(tree_live(fixture->tree), 0);
	assert_int_equal(tree_highest(fixture->tree), 0);
	assert_false(tree_has(fixture->tree, 1));
}

static void the_link_names_what_was_switched_to(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };

	make(fixture, 3);
	make(fixture, 12);
	assert_true(tree_switch(fixture->tree, 3, &err));
	assert_int_equal(tree_live(fixture->tree), 3);
	assert_true(tree_switch(fixture->tree, 12, &err));
	assert_int_equal(tree_live(fixture->tree), 12);
	assert_int_equal(tree_highest(fixture->tree), 12);
}

static void tidying_keeps_the_newest_and_the_live_one(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };

	for (uint64_t i = 1; i <= 9; i++)
		make(fixture, i);
	make(fixture, TREE_TRY);
	assert_true(tree_switch(fixture->tree, 2, &err));
	assert_true(tree_tidy(fixture->tree, 3, &err));
	for (uint64_t i = 1; i <= 9; i++)
		assert_int_equal(tree_has(fixture->tree, i), i == 2 || i >= 7);
	assert_false(tree_has(fixture->tree, TREE_TRY));
}

static void beginning_again_starts_empty(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };
	int fd;

	make(fixture, 5);
	assert_true(tree_begin(fixture->tree, 5, &fd, &err));
	assert_int_equal(faccessat(fd, "file", F_OK, 0), -1);
	close(fd);
}

static void a_file_is_never_overwritten(void **state)
{
	const struct file_owner owner = { (uid_t)-1, (gid_t)-1, 0600 };
	struct fixture *fixture = *state;
	struct error err = { 0 };
	_cleanup_buf_ struct buf text = { 0 };
	char path[128];
	int fd;

	assert_true(tree_begin(fixture->tree, 1, &fd, &err));
	assert_true(file_write_at(fd, "file", "first", 5, owner, &err));
	assert_false(file_write_at(fd, "file", "second", 6, owner, &err));
	close(fd);
	snprintf(path, sizeof(path), "%s/gen-1/file", fixture->dir);
	assert_true(file_read(path, 100, &text, &err));
	assert_string_equal(text.data, "first");
}

static void deleting_a_tree_leaves_what_its_links_name(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };
	char inside[128];

	make(fixture, 1);
	make(fixture, 2);
	snprintf(inside, sizeof(inside), "%s/gen-1/link", fixture->dir);
	assert_int_equal(symlink("../gen-2", inside), 0);
	assert_true(tree_remove(fixture->tree, 1, &err));
	assert_true(tree_has(fixture->tree, 2));
	snprintf(inside, sizeof(inside), "%s/gen-2/file", fixture->dir);
	assert_int_equal(access(inside, F_OK), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_live_at_first),
		TEST(the_link_names_what_was_switched_to),
		TEST(tidying_keeps_the_newest_and_the_live_one),
		TEST(beginning_again_starts_empty),
		TEST(a_file_is_never_overwritten),
		TEST(deleting_a_tree_leaves_what_its_links_name),
	};

	return cmocka_run_group_tests_name("agent tree", tests, NULL, NULL);
}
