/* Tests of the generated tables: rules lie beside their descriptors, rights follow callers and routes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/contract/contract.h"

#include "stralix/v1/contract.h"

static void check_rules(const struct contract_message *rules)
{
	for (unsigned i = 0; i < rules->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &rules->descriptor->fields[i];

		assert_string_equal(rules->fields[i].name, field->name);
		assert_int_equal(field->type == PROTOBUF_C_TYPE_MESSAGE, rules->fields[i].message != NULL);
		if (!rules->fields[i].message)
			continue;
		assert_ptr_equal(rules->fields[i].message->descriptor, field->descriptor);
		check_rules(rules->fields[i].message);
	}
	assert_null(rules->fields[rules->descriptor->n_fields].name);
}

static void rules_lie_beside_their_descriptors(void **state)
{
	size_t methods = 0;

	(void)state;
	for (const struct contract_service *const *service = contract_services; *service; service++)
		for (size_t i = 0; i < (*service)->n_methods; i++, methods++) {
			check_rules((*service)->methods[i].request);
			check_rules((*service)->methods[i].reply);
		}
	assert_true(methods > 20);
	check_rules(&stralix__v1__command__rules);
	check_rules(&stralix__v1__engine_frame__rules);
}

static const struct contract_rights *rights_of(const char *process)
{
	for (const struct contract_rights *rights = contract_rights; rights->process; rights++)
		if (!strcmp(rights->process, process))
			return rights;
	fail_msg("no rights for %s", process);
	return NULL;
}

static bool holds(const char *const *list, const char *subject)
{
	for (; *list; list++)
		if (!strcmp(*list, subject))
			return true;
	return false;
}

static void rights_follow_callers_and_routes(void **state)
{
	(void)state;
	assert_true(holds(rights_of("web")->publish, "rpc.tasks.Enqueue"));
	assert_true(holds(rights_of("tasks")->publish, "rpc.web.TaskFinished"));
	assert_true(holds(rights_of("gateway")->publish, "rpc.web.CreateWebsite"));
	assert_true(holds(rights_of("gateway")->publish, "rpc.authz.IssueIdentity"));
	assert_false(holds(rights_of("gateway")->publish, "rpc.tasks.Enqueue"));
	assert_false(holds(rights_of("gateway")->publish, "rpc.web.TaskFinished"));
	assert_false(holds(rights_of("audit")->publish, "rpc.tasks.Enqueue"));
	assert_true(holds(rights_of("node")->subscribe, "node.{{name()}}.>"));
}

static void nobody_but_tasks_speaks_to_nodes(void **state)
{
	(void)state;
	for (const struct contract_rights *rights = contract_rights; rights->process; rights++)
		for (const char *const *subject = rights->publish; *subject; subject++) {
			if (strcmp(rights->process, "tasks") != 0)
				assert_true(strncmp(*subject, "node.", 5) != 0);
			assert_string_not_equal(*subject, ">");
			assert_string_not_equal(*subject, "rpc.>");
		}
}

struct permissions {
	size_t n;
	bool create_organisation, read_website;
};

static void note(void *arg, const char *permission)
{
	struct permissions *permissions = arg;

	permissions->n++;
	permissions->create_organisation |= !strcmp(permission, "organisation:create");
	permissions->read_website |= !strcmp(permission, "website:read");
}

static void roles_hold_what_the_contract_says(void **state)
{
	struct permissions customer = { 0 }, staff = { 0 }, admin = { 0 }, nobody = { 0 };

	(void)state;
	contract_permissions(STRALIX__ROLE__CUSTOMER, note, &customer);
	contract_permissions(STRALIX__ROLE__STAFF, note, &staff);
	contract_permissions(STRALIX__ROLE__ADMIN, note, &admin);
	contract_permissions(STRALIX__ROLE__ROLE_UNSET, note, &nobody);
	assert_int_equal(nobody.n, 0);
	assert_true(customer.read_website && staff.read_website && admin.read_website);
	assert_false(customer.create_organisation || staff.create_organisation);
	assert_true(admin.create_organisation);
	assert_true(customer.n < staff.n && staff.n < admin.n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_lie_beside_their_descriptors),
		cmocka_unit_test(rights_follow_callers_and_routes),
		cmocka_unit_test(nobody_but_tasks_speaks_to_nodes),
		cmocka_unit_test(roles_hold_what_the_contract_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
