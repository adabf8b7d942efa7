/* Tests of web's handlers: what they ask of whom, in which order, and what they refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake.h"

static struct call the_call;

static int begin(void **state)
{
	fake_begin(&the_call);
	*state = &the_call;
	return the_call.arena ? 0 : -1;
}

static int end(void **state)
{
	fake_end(*state);
	return 0;
}

static const char *steps(const struct call *call)
{
	return call->steps.data ? call->steps.data : "";
}

static bool create(struct call *call, const char *domain, const char *node_id, struct error *err)
{
	Stralix__V1__CreateWebsiteRequest request;

	*err = (struct error){ 0 };
	stralix__v1__create_website_request__init(&request);
	request.domain = arena_strdup(call->arena, domain);
	request.node_id = arena_strdup(call->arena, node_id);
	return web_create_website(call, &request, err);
}

static bool delete (struct call *call, const char *id, struct error *err)
{
	Stralix__V1__DeleteWebsiteRequest request;

	*err = (struct error){ 0 };
	stralix__v1__delete_website_request__init(&request);
	request.website_id = arena_strdup(call->arena, id);
	return web_delete_website(call, &request, err);
}

static bool undelete(struct call *call, struct error *err)
{
	Stralix__V1__UndeleteWebsiteRequest request;

	*err = (struct error){ 0 };
	stralix__v1__undelete_website_request__init(&request);
	request.website_id = arena_strdup(call->arena, FAKE_ID);
	return web_undelete_website(call, &request, err);
}

static bool purge(struct call *call, struct error *err)
{
	Stralix__V1__PurgeWebsiteRequest request;

	*err = (struct error){ 0 };
	stralix__v1__purge_website_request__init(&request);
	request.website_id = arena_strdup(call->arena, FAKE_ID);
	return web_purge_website(call, &request, err);
}

static bool get(struct call *call, const char *id, struct error *err)
{
	Stralix__V1__GetWebsiteRequest request;

	*err = (struct error){ 0 };
	stralix__v1__get_website_request__init(&request);
	request.website_id = arena_strdup(call->arena, id);
	return web_get_website(call, &request, err);
}

static bool finish(struct call *call, const char *outcome, uint64_t n, struct error *err)
{
	Stralix__V1__TaskFinishedRequest request;
	Stralix__V1__Generation generation;
	Stralix__V1__Target target;

	*err = (struct error){ 0 };
	stralix__v1__task_finished_request__init(&request);
	stralix__v1__generation__init(&generation);
	stralix__v1__target__init(&target);
	generation.epoch = 1;
	generation.n = n;
	target.id = arena_strdup(call->arena, FAKE_ID);
	target.organisation_id = arena_strdup(call->arena, FAKE_ORG);
	request.generation = &generation;
	request.target = &target;
	request.state = arena_strdup(call->arena, outcome);
	request.message = arena_strdup(call->arena, "nginx: [emerg]");
	return web_task_finished(call, &request, err);
}

/* What the reply says of HTTPS; NULL: nothing. */
static const Stralix__V1__Https *https_of(const struct call *call)
{
	return ((const Stralix__V1__WebsiteReply *)call->reply)->website->settings->https;
}

static void create_website_begins_as_its_organisation_wants(void **state)
{
	struct call *call = *state;
	Stralix__V1__CreateWebsiteRequest request;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__Https https;
	struct error err = { 0 };

	assert_true(create(call, "shop.example", "", &err));
	assert_null(https_of(call));
	call->no_certificates = call->keep_http = true;
	assert_true(create(call, "bare.example", "", &err));
	assert_int_equal(https_of(call)->certificate, STRALIX__V1__HTTPS__CERTIFICATE__NONE);
	assert_true(https_of(call)->keep_http);

	stralix__v1__create_website_request__init(&request);
	stralix__v1__website_settings__init(&settings);
	stralix__v1__https__init(&https);
	request.domain = arena_strdup(call->arena, "own.example");
	request.settings = &settings;
	settings.https = &https; /* said by the request: taken as a whole */
	assert_true(web_create_website(call, &request, &err));
	assert_false(https_of(call)->keep_http);
	assert_int_equal(https_of(call)->certificate, STRALIX__V1__HTTPS__CERTIFICATE__CERTIFICATE_UNSET);
}

static void create_website_reserves_first_and_writes_one_change(void **state)
{
	struct call *call = *state;
	const Stralix__V1__WebsiteReply *reply;
	struct error err;

	assert_true(create(call, "shop.example", "", &err));
	assert_string_equal(steps(call), "rpc authz.ClaimDomain; rpc tasks.PlaceResource; begin; quota websites +1; "
	                                 "task website.apply 1/1 'website:create'; insert; tell dns.PutManagedRecords; "
	                                 "audit website.create accepted after; "
	                                 "event website.created; tell authz.ConfirmClaim; commit; ");
	assert_string_equal(call->wanted_name, "shop.example"); /* tasks refuses the names of nodes */
	assert_int_equal(call->desired, STRALIX__V1__WEBSITE_STATE__SERVING__LIVE);
	reply = (const Stralix__V1__WebsiteReply *)call->reply;
	assert_string_equal(reply->website->state, "pending");
	assert_string_equal(reply->website->url, "http://shop.example:8080/");
	assert_string_equal(reply->website->organisation_id, FAKE_ORG);
	assert_string_equal(reply->task_id, reply->website->task_id);
	assert_null(reply->website->applied);
}

static bool create_with(struct call *call, Stralix__V1__WebsiteSettings *settings, struct error *err)
{
	Stralix__V1__CreateWebsiteRequest request;

	*err = (struct error){ 0 };
	stralix__v1__create_website_request__init(&request);
	request.domain = arena_strdup(call->arena, "shop.example");
	request.settings = settings;
	call->settings.proxy_allowed = call->settings.proxy_refused = arena_strdup(call->arena, "");
	return web_create_website(call, &request, err);
}

static void create_website_takes_settings_and_holds_their_names(void **state)
{
	char *aliases[] = { (char[]){ "www.shop.example" } };
	struct call *call = *state;
	Stralix__V1__WebsiteSettings settings;
	Stralix__V1__Php php;
	struct error err;

	stralix__v1__website_settings__init(&settings);
	stralix__v1__php__init(&php);
	php.version = (char[]){ "8.2" };
	settings.php = &php;
	settings.aliases = aliases;
	settings.n_aliases = 1;
	assert_true(create_with(call, &settings, &err));
	assert_string_equal(steps(call),
	                    "rpc authz.ClaimDomain; rpc tasks.PlaceResource; rpc tasks.PlaceResource; "
	                    "rpc authz.ClaimDomain; begin; quota websites +1; "
	                    "task website.apply 1/1 'website:create'; insert; tell dns.PutManagedRecords; "
	                    "audit website.create accepted after; "
	                    "event website.created; tell authz.ConfirmClaim; tell authz.ConfirmClaim; commit; ");
	assert_string_equal(call->wanted_php, "8.2");
	assert_string_equal(call->site.settings->php->version, "8.2");
	assert_string_equal(call->site.settings->aliases[0], "www.shop.example");
}

static void create_website_with_bad_settings_asks_nobody(void **state)
{
	char *aliases[] = { (char[]){ "shop.example" } };
	struct call *call = *state;
	Stralix__V1__WebsiteSettings settings;
	struct error err;

	stralix__v1__website_settings__init(&settings);
	settings.aliases = aliases;
	settings.n_aliases = 1;
	assert_false(create_with(call, &settings, &err));
	assert_string_equal(err.violations[0].field, "settings.aliases[0]");
	assert_string_equal(steps(call), "");
}

static void create_website_that_may_not_pass_on_gives_its_name_back(void **state)
{
	struct call *call = *state;
	Stralix__V1__WebsiteSettings settings;
	struct error err;

	stralix__v1__website_settings__init(&settings);
	settings.proxy = (char[]){ "http://127.0.0.1:8080" };
	assert_false(create_with(call, &settings, &err));
	assert_string_equal(err.violations[0].field, "settings.proxy");
	assert_string_equal(steps(call), "rpc authz.ClaimDomain; rpc tasks.PlaceResource; rpc authz.ReleaseClaim; ");
}

static void create_website_names_the_taken_domain(void **state)
{
	struct call *call = *state;
	struct error err;

	call->fail = "rpc authz.ClaimDomain";
	call->fail_code = ERR_EXISTS;
	assert_false(create(call, "shop.example", "", &err));
	assert_int_equal(err.code, ERR_EXISTS);
	assert_int_equal(err.n_violations, 1);
	assert_string_equal(err.violations[0].field, "domain");
	assert_null(strstr(err.violations[0].message, "organisation"));
	assert_string_equal(steps(call), "");
}

static void create_website_names_the_domain_that_has_a_row(void **state)
{
	struct call *call = *state;
	struct error err;

	call->fail = "insert";
	call->fail_code = ERR_EXISTS;
	assert_false(create(call, "shop.example", "", &err));
	assert_int_equal(err.code, ERR_EXISTS);
	assert_string_equal(err.violations[0].field, "domain");
	assert_false(call->committed);
}

static void create_website_over_quota_writes_nothing(void **state)
{
	struct call *call = *state;
	struct error err;

	call->fail = "quota websites +1";
	call->fail_code = ERR_QUOTA;
	assert_false(create(call, "shop.example", "", &err));
	assert_int_equal(err.code, ERR_QUOTA);
	assert_false(call->committed);
	assert_null(strstr(steps(call), "insert"));
}

static void create_website_without_a_node_says_so(void **state)
{
	struct call *call = *state;
	struct error err;

	call->fail = "rpc tasks.PlaceResource";
	call->fail_code = ERR_NO_NODE;
	assert_false(create(call, "shop.example", "", &err));
	assert_int_equal(err.code, ERR_NO_NODE);
	assert_null(strstr(steps(call), "begin"));
}

static void create_website_that_placement_refuses_writes_nothing(void **state)
{
	struct call *call = *state;
	struct error err;

	call->fail = "rpc tasks.PlaceResource";
	call->fail_code = ERR_INVALID;
	assert_false(create(call, "n7.nodes.example.net", "", &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_null(strstr(steps(call), "begin"));
}

static void create_website_whose_commit_fails_fails(void **state)
{
	struct call *call = *state;
	struct error err;

	call->fail = "commit";
	call->fail_code = ERR_UNAVAILABLE;
	assert_false(create(call, "shop.example", "", &err));
	assert_int_equal(err.code, ERR_UNAVAILABLE);
}

static void create_website_refuses_names_of_the_panel(void **state)
{
	static const char *const names[] = { "panel.example", "shop.panel.example", "n1.nodes.example",
		                             "shop.localhost", "localhost.localdomain" };
	struct call *call = *state;
	struct error err;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_false(create(call, names[i], "", &err));
		assert_int_equal(err.code, ERR_INVALID);
		assert_string_equal(err.violations[0].field, "domain");
		assert_null(strstr(steps(call), "begin"));
	}
	assert_true(create(call, "mypanel.example", "", &err));
}

static void only_staff_may_choose_the_node(void **state)
{
	struct call *call = *state;
	struct error err;

	assert_false(create(call, "shop.example", "n1", &err));
	assert_int_equal(err.code, ERR_FORBIDDEN);
	assert_string_equal(steps(call), "");
	call->identity.role = STRALIX__ROLE__STAFF;
	assert_true(create(call, "shop.example", "n1", &err));
}

static void another_organisation_sees_what_is_absent(void **state)
{
	struct call *call = *state;
	struct error absent, other;

	assert_false(get(call, FAKE_ID, &absent));
	fake_site(call, WEBSITE_ACTIVE, SERVING_LIVE);
	assert_true(get(call, FAKE_ID, &other));
	call->identity.org = fake_other_org;
	assert_false(get(call, FAKE_ID, &other));
	assert_int_equal(other.code, ERR_NOT_FOUND);
	assert_int_equal(other.code, absent.code);
	assert_string_equal(other.message, absent.message);
	assert_false(delete (call, FAKE_ID, &other));
	assert_string_equal(other.message, absent.message);
	assert_false(undelete(call, &other) || purge(call, &other));
	assert_string_equal(other.message, absent.message);
	assert_string_equal(steps(call), "");
}

static void delete_website_asks_for_a_new_generation(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_ACTIVE, SERVING_LIVE);
	assert_true(delete (call, FAKE_ID, &err));
	assert_string_equal(steps(call), "begin; task website.apply 1/4 'website:delete'; update; "
	                                 "tell dns.PutManagedRecords; "
	                                 "audit website.delete accepted before after; event website.updated; commit; ");
	assert_int_equal(call->desired, STRALIX__V1__WEBSITE_STATE__SERVING__DELETED);
	assert_int_equal(call->site.state, WEBSITE_DELETING);
	assert_false(delete (call, FAKE_ID, &err));
	assert_int_equal(err.code, ERR_CONFLICT);
}

static void a_failed_website_can_be_deleted(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_FAILED, SERVING_LIVE);
	assert_true(delete (call, FAKE_ID, &err));
	assert_int_equal(call->site.state, WEBSITE_DELETING);
}

static void only_a_deleted_website_comes_back_or_goes(void **state)
{
	static const enum website_state states[] = { WEBSITE_PENDING, WEBSITE_ACTIVE, WEBSITE_DELETING,
		                                     WEBSITE_PURGING };
	struct call *call = *state;
	struct error err;

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		fake_site(call, states[i], states[i] == WEBSITE_DELETING ? SERVING_DELETED : SERVING_LIVE);
		assert_false(undelete(call, &err));
		assert_int_equal(err.code, ERR_CONFLICT);
		assert_false(purge(call, &err));
		assert_int_equal(err.code, ERR_CONFLICT);
	}
	assert_false(call->committed);
	fake_site(call, WEBSITE_DELETED, SERVING_DELETED);
	assert_true(undelete(call, &err));
	assert_int_equal(call->site.state, WEBSITE_PENDING);
	assert_int_equal(call->desired, STRALIX__V1__WEBSITE_STATE__SERVING__LIVE);
	fake_site(call, WEBSITE_DELETED, SERVING_DELETED);
	assert_true(purge(call, &err));
	assert_int_equal(call->site.state, WEBSITE_PURGING);
	assert_false(call->has_desired);
}

static void a_finished_task_makes_the_website_active(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_PENDING, SERVING_LIVE);
	assert_true(finish(call, "success", 3, &err));
	assert_string_equal(steps(call), "begin; update; audit website.apply success before after; "
	                                 "event website.updated; commit; ");
	assert_int_equal(call->site.state, WEBSITE_ACTIVE);
	assert_int_equal(call->site.applied.n, 3);
	assert_non_null(call->reply);
}

static void news_that_comes_twice_changes_nothing(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_PENDING, SERVING_LIVE);
	assert_true(finish(call, "success", 3, &err));
	call->committed = false;
	assert_true(finish(call, "success", 3, &err));
	assert_true(finish(call, "failed", 3, &err));
	assert_false(call->committed);
	assert_int_equal(call->site.state, WEBSITE_ACTIVE);
}

static void an_older_generation_is_no_news(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_PENDING, SERVING_LIVE);
	assert_true(finish(call, "failed", 2, &err));
	assert_true(finish(call, "superseded", 3, &err));
	assert_false(call->committed);
	assert_int_equal(call->site.state, WEBSITE_PENDING);
}

static void a_failed_task_keeps_the_daemons_words(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_PENDING, SERVING_LIVE);
	assert_true(finish(call, "failed", 3, &err));
	assert_int_equal(call->site.state, WEBSITE_FAILED);
	assert_string_equal(call->site.message, "nginx: [emerg]");
	assert_int_equal(call->site.applied.n, 0);
}

static void a_deleted_website_is_kept_for_the_grace_period(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_DELETING, SERVING_DELETED);
	assert_true(finish(call, "success", 3, &err));
	assert_int_equal(call->site.state, WEBSITE_DELETED);
	assert_int_equal(call->site.purge_ms, call->site.updated_ms + 60000);
}

static void a_purged_website_gives_name_and_quota_back(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_PURGING, SERVING_REMOVED);
	assert_true(finish(call, "success", 3, &err));
	assert_int_equal(call->site.state, WEBSITE_PURGED);
	assert_string_equal(steps(call), "begin; update; audit website.remove success before after; "
	                                 "event website.deleted; quota websites -1; tell authz.ReleaseClaim; commit; ");
	assert_true(finish(call, "success", 3, &err)); /* the row is a tombstone now */
	assert_false(get(call, FAKE_ID, &err));
}

static void a_denied_deletion_is_undone(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_DELETING, SERVING_DELETED);
	call->site.applied = (struct generation){ 1, 2 };
	call->site.applied_serving = SERVING_LIVE;
	assert_true(finish(call, "denied", 3, &err));
	assert_int_equal(call->site.state, WEBSITE_PENDING);
	assert_int_equal(call->site.serving, SERVING_LIVE);
	assert_int_equal(call->site.generation.n, 4);
	assert_non_null(strstr(steps(call), "audit website.apply denied"));
	assert_non_null(strstr(steps(call), "task website.apply 1/4 ''"));
	assert_int_equal(call->desired, STRALIX__V1__WEBSITE_STATE__SERVING__LIVE);
}

static void a_denied_creation_fails(void **state)
{
	struct call *call = *state;
	struct error err;

	fake_site(call, WEBSITE_PENDING, SERVING_LIVE);
	assert_true(finish(call, "denied", 3, &err));
	assert_int_equal(call->site.state, WEBSITE_FAILED);
	assert_null(strstr(steps(call), "task "));
}

static void the_janitor_purges_what_is_past_its_grace_period(void **state)
{
	struct call *call = *state;
	struct error err = { 0 };

	fake_site(call, WEBSITE_DELETED, SERVING_DELETED);
	call->site.purge_ms = 1;
	assert_true(web_purge_due(call_service(call), &err));
	assert_int_equal(call->site.state, WEBSITE_PURGING);
	assert_non_null(strstr(steps(call), "task website.remove 1/4 ''"));
	fake_site(call, WEBSITE_PENDING, SERVING_LIVE); /* brought back in the meantime */
	call->committed = false;
	assert_true(web_purge_due(call_service(call), &err));
	assert_false(call->committed);
}

static bool list(struct call *call, const char *sort, const char *cursor, struct error *err)
{
	Stralix__V1__ListWebsitesRequest request;

	*err = (struct error){ 0 };
	stralix__v1__list_websites_request__init(&request);
	request.sort = arena_strdup(call->arena, sort);
	request.cursor = arena_strdup(call->arena, cursor);
	return web_list_websites(call, &request, err);
}

static void a_list_goes_on_where_its_cursor_says(void **state)
{
	struct call *call = *state;
	const Stralix__V1__ListWebsitesReply *reply;
	struct error err;
	char cursor[600];

	fake_site(call, WEBSITE_ACTIVE, SERVING_LIVE);
	call->list = (struct website_list){ .sites = &call->site, .n = 1, .more = true, .total = 7 };
	assert_true(list(call, "domain", "", &err));
	reply = (const Stralix__V1__ListWebsitesReply *)call->reply;
	assert_int_equal(reply->n_websites, 1);
	assert_int_equal(reply->page->total, 7);
	assert_string_equal(call->filter.after, "");
	assert_int_equal(call->filter.limit, 50);
	snprintf(cursor, sizeof(cursor), "%s", reply->page->next_cursor);
	assert_true(list(call, "domain", cursor, &err));
	assert_string_equal(call->filter.after, "shop.example");
	assert_false(list(call, "-domain", cursor, &err));
	assert_string_equal(err.violations[0].field, "cursor");
	assert_true(list(call, "-created_at", "", &err));
	reply = (const Stralix__V1__ListWebsitesReply *)call->reply;
	snprintf(cursor, sizeof(cursor), "%s", reply->page->next_cursor);
	assert_true(list(call, "-created_at", cursor, &err));
	assert_string_equal(call->filter.after, FAKE_ID);
	assert_int_equal(call->filter.order, ORDER_MADE_DOWN);
}

static void a_list_refuses_unknown_orders_and_cursors(void **state)
{
	static const char *const cursors[] = { "x", "d", "d0", "d00", "d2e2e", "dzz", "D73", "c73686f70" };
	struct call *call = *state;
	struct error err;

	assert_false(list(call, "colour", "", &err));
	assert_string_equal(err.violations[0].field, "sort");
	for (size_t i = 0; i < ARRAY_SIZE(cursors); i++) {
		assert_false(list(call, "domain", cursors[i], &err));
		assert_string_equal(err.violations[0].field, "cursor");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(create_website_begins_as_its_organisation_wants),
		TEST(create_website_reserves_first_and_writes_one_change),
		TEST(create_website_takes_settings_and_holds_their_names),
		TEST(create_website_with_bad_settings_asks_nobody),
		TEST(create_website_that_may_not_pass_on_gives_its_name_back),
		TEST(create_website_names_the_taken_domain),
		TEST(create_website_names_the_domain_that_has_a_row),
		TEST(create_website_over_quota_writes_nothing),
		TEST(create_website_without_a_node_says_so),
		TEST(create_website_that_placement_refuses_writes_nothing),
		TEST(create_website_whose_commit_fails_fails),
		TEST(create_website_refuses_names_of_the_panel),
		TEST(only_staff_may_choose_the_node),
		TEST(another_organisation_sees_what_is_absent),
		TEST(delete_website_asks_for_a_new_generation),
		TEST(a_failed_website_can_be_deleted),
		TEST(only_a_deleted_website_comes_back_or_goes),
		TEST(a_finished_task_makes_the_website_active),
		TEST(news_that_comes_twice_changes_nothing),
		TEST(an_older_generation_is_no_news),
		TEST(a_failed_task_keeps_the_daemons_words),
		TEST(a_deleted_website_is_kept_for_the_grace_period),
		TEST(a_purged_website_gives_name_and_quota_back),
		TEST(a_denied_deletion_is_undone),
		TEST(a_denied_creation_fails),
		TEST(the_janitor_purges_what_is_past_its_grace_period),
		TEST(a_list_goes_on_where_its_cursor_says),
		TEST(a_list_refuses_unknown_orders_and_cursors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
