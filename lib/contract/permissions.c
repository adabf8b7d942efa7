/* permissions: what each role may do, read from the contract. */
#include <string.h>

#include "stralix/v1/contract.h"

static bool holds(Stralix__Role role, const struct contract_method *method)
{
	return method->permission && role >= method->min_role;
}

/* Whether a method before this one gave the role the same permission. */
static bool given_before(Stralix__Role role, const struct contract_method *method)
{
	for (const struct contract_service *const *service = contract_services; *service; service++)
		for (size_t i = 0; i < (*service)->n_methods; i++) {
			const struct contract_method *other = &(*service)->methods[i];

			if (other == method)
				return false;
			if (holds(role, other) && !strcmp(other->permission, method->permission))
				return true;
		}
	return false;
}

void contract_permissions(Stralix__Role role, void (*fn)(void *arg, const char *permission), void *arg)
{
	for (const struct contract_service *const *service = contract_services; *service; service++)
		for (size_t i = 0; i < (*service)->n_methods; i++) {
			const struct contract_method *method = &(*service)->methods[i];

			if (holds(role, method) && !given_before(role, method))
				fn(arg, method->permission);
		}
}
