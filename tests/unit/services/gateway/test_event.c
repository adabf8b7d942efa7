/* Events: form, who may hear, how they read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "event.h"

#define OWN "0192f0a0-0000-7000-8000-00000000000a"
#define OTHER "0192f0a0-0000-7000-8000-00000000000b"

static struct event event_of(const char *organisation, const char *entity)
{
	struct event event = { .verb = "updated", .id = "x1" };

	strcpy(event.organisation, organisation);
	strcpy(event.entity, entity);
	return event;
}

static bool visible(const char *organisation, const char *entity, const struct identity *identity)
{
	struct event_rights *rights = event_rights_new();
	struct event event = event_of(organisation, entity);
	bool result = event_visible(&event, identity, rights);

	event_rights_free(rights);
	return result;
}

static void an_event_is_read_from_its_subject(void **state)
{
	struct event event;

	(void)state;
	assert_true(event_parse("event." OWN ".website.created", "abc-1", 5, &event));
	assert_string_equal(event.organisation, OWN);
	assert_string_equal(event.entity, "website");
	assert_string_equal(event.verb, "created");
	assert_string_equal(event.id, "abc-1");
}

static void odd_events_are_refused(void **state)
{
	static const char *const subjects[] = { "event",       "event.a.b",     "event.a.b.c.d",
		                                "event..b.c",  "other.a.b.c",   "event.a.b.",
		                                "event.a.B.c", "event.a.b c.d", "event.a.b.c." };
	static const char *const ids[] = { "",
		                           "a b",
		                           "a\n",
		                           "A",
		                           "a.b",
		                           "\"",
		                           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct event event;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(subjects); i++)
		assert_false(event_parse(subjects[i], "a", 1, &event));
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		assert_false(event_parse("event.a.b.c", ids[i], strlen(ids[i]), &event));
	assert_false(event_parse("event.a.b.c", "a\0b", 3, &event));
}

static void a_customer_hears_of_the_own_organisation(void **state)
{
	struct identity customer = { .role = STRALIX__ROLE__CUSTOMER, .organisation_id = OWN };

	(void)state;
	assert_true(visible(OWN, "website", &customer));
	assert_false(visible(OTHER, "website", &customer));
	assert_false(visible(EVENT_INSTALLATION, "website", &customer));
	assert_false(visible(OWN, "node", &customer)); /* node:read is for staff */
	assert_false(visible(OWN, "nothing", &customer));
	assert_true(visible(OWN, "dns-account", &customer)); /* dns_account:read */
	strcpy(customer.organisations[0], OTHER);
	customer.n_organisations = 1; /* means nothing for a customer */
	assert_false(visible(OTHER, "website", &customer));
}

static void staff_hear_of_assigned_organisations_and_nodes(void **state)
{
	struct identity staff = { .role = STRALIX__ROLE__STAFF, .organisation_id = OWN };

	(void)state;
	assert_false(visible(OTHER, "website", &staff));
	strcpy(staff.organisations[0], OTHER);
	staff.n_organisations = 1;
	assert_true(visible(OTHER, "website", &staff));
	assert_true(visible(EVENT_INSTALLATION, "node", &staff));
}

static void an_admin_hears_of_all(void **state)
{
	struct identity admin = { .role = STRALIX__ROLE__ADMIN, .organisation_id = OWN };

	(void)state;
	assert_true(visible(OTHER, "website", &admin));
	assert_true(visible(EVENT_INSTALLATION, "node", &admin));
}

static void scopes_are_the_only_permissions(void **state)
{
	struct identity customer = { .role = STRALIX__ROLE__CUSTOMER, .organisation_id = OWN, .n_scopes = 2 };

	(void)state;
	strcpy(customer.scopes[0], "website:read");
	strcpy(customer.scopes[1], "node:read"); /* wider than the role: still nothing */
	assert_true(visible(OWN, "website", &customer));
	assert_false(visible(OWN, "task", &customer));
	assert_false(visible(OWN, "node", &customer));
}

static void nobody_without_a_role_hears_anything(void **state)
{
	struct identity nobody = { .organisation_id = OWN };

	(void)state;
	assert_false(visible(OWN, "website", &nobody));
}

static void an_event_reads_as_text(void **state)
{
	struct event event = event_of(OWN, "website");
	char text[EVENT_TEXT];

	(void)state;
	event_format(&event, 17, 3, text);
	assert_string_equal(
		text, "id: 17-3\nevent: website\ndata: {\"id\":\"x1\",\"verb\":\"updated\",\"organisationId\":\"" OWN
		      "\"}\n\n");
	event.organisation[0] = '\0';
	event_format(&event, 17, 4, text);
	assert_string_equal(text, "id: 17-4\nevent: reset\ndata: {}\n\n");
}

static void ids_of_another_start_are_unknown(void **state)
{
	static const char *const odd[] = { "",      "17",    "17-",
		                           "18-3",  "17-3x", "17--3",
		                           "17-+3", " 17-3", "17-9999999999999999999" };
	uint64_t n = 0;

	(void)state;
	assert_true(event_parse_id("17-3", 17, &n));
	assert_int_equal(n, 3);
	for (size_t i = 0; i < ARRAY_SIZE(odd); i++)
		assert_false(event_parse_id(odd[i], 17, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_read_from_its_subject),
		cmocka_unit_test(odd_events_are_refused),
		cmocka_unit_test(a_customer_hears_of_the_own_organisation),
		cmocka_unit_test(staff_hear_of_assigned_organisations_and_nodes),
		cmocka_unit_test(an_admin_hears_of_all),
		cmocka_unit_test(scopes_are_the_only_permissions),
		cmocka_unit_test(nobody_without_a_role_hears_anything),
		cmocka_unit_test(an_event_reads_as_text),
		cmocka_unit_test(ids_of_another_start_are_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
