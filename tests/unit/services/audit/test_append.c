/* Append: whose records a service may write. The store and the call are fakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "services/audit/audit.h"
#include "services/audit/store.h"

struct fake {
	struct identity identity;
	char stored[40]; /* the id of what was stored */
	bool replied;
};

static struct fake *fake_of(const struct call *call)
{
	return (struct fake *)(uintptr_t)call;
}

const struct identity *call_identity(const struct call *call)
{
	return &fake_of(call)->identity;
}

struct service *call_service(struct call *call)
{
	return (struct service *)call;
}

struct db *service_db(struct service *service)
{
	return (struct db *)service;
}

bool call_reply(struct call *call, const ProtobufCMessage *reply, struct error *err)
{
	(void)err;
	fake_of(call)->replied = reply->descriptor == &stralix__v1__empty__descriptor;
	return true;
}

bool record_insert(struct db *db, const Stralix__V1__Record *record, struct error *err)
{
	struct fake *fake = (struct fake *)db;

	(void)err;
	snprintf(fake->stored, sizeof(fake->stored), "%s", record->id);
	return true;
}

static bool append(struct fake *fake, const char *service, struct error *err)
{
	char id[] = "0192f000-0000-7000-8000-000000000001", name[32];
	Stralix__V1__AppendRequest request;
	Stralix__V1__Record record;

	stralix__v1__append_request__init(&request);
	stralix__v1__record__init(&record);
	snprintf(name, sizeof(name), "%s", service);
	record.id = id;
	record.service = name;
	request.record = &record;
	return audit_append((struct call *)fake, &request, err);
}

static void a_service_stores_its_own_record(void **state)
{
	struct fake fake = { .identity.service = "web" };
	struct error err = { 0 };

	(void)state;
	assert_true(append(&fake, "web", &err));
	assert_string_equal(fake.stored, "0192f000-0000-7000-8000-000000000001");
	assert_true(fake.replied);
}

static void a_record_in_anothers_name_is_refused(void **state)
{
	struct fake fake = { .identity.service = "web" };
	struct error err = { 0 };

	(void)state;
	assert_false(append(&fake, "authz", &err));
	assert_int_equal(err.code, ERR_FORBIDDEN);
	assert_string_equal(fake.stored, "");
}

static void a_request_without_record_is_refused(void **state)
{
	struct fake fake = { .identity.service = "web" };
	Stralix__V1__AppendRequest request;
	struct error err = { 0 };

	(void)state;
	stralix__v1__append_request__init(&request);
	assert_false(audit_append((struct call *)&fake, &request, &err));
	assert_int_equal(err.code, ERR_INVALID);
	assert_string_equal(err.violations[0].field, "record");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_stores_its_own_record),
		cmocka_unit_test(a_record_in_anothers_name_is_refused),
		cmocka_unit_test(a_request_without_record_is_refused),
	};

	return cmocka_run_group_tests_name("audit/append", tests, NULL, NULL);
}
