/*
 * service: what a service process is. main() declares; service_main() does the rest: settings, log, bus, database,
 * tables checked against the contract, workers, relay, janitor, discovery with counts, drain on SIGTERM.
 */
#pragma once

#include "lib/base/config.h"
#include "lib/contract/contract.h"
#include "lib/db/db.h"

struct service;

/* Repair work that runs now and then: leases, retries, expiry. Ends with a row of NULLs. */
struct janitor_row {
	const char *name;
	unsigned every_s;
	bool (*run)(struct service *service, struct error *err);
};

struct service_definition {
	const struct contract_service *contract;
	const void *handlers;    /* const struct <service>_handlers * */
	const char *description; /* one line, for discovery and --help */
	const struct db_query *queries;
	const struct db_query *queries_wide; /* run as <svc>_wide; may be NULL */
	const struct db_migration *migrations;
	bool generic_plans;                /* as struct db_options says */
	const struct janitor_row *janitor; /* may be NULL */
	const struct config_row *config;   /* the service's own settings; may be NULL */
	size_t settings_size;              /* of the struct they fill */
	/* After bus and database are up, before the first call; *state is what service_state gives. May be NULL. */
	bool (*start)(struct service *service, void **state, struct error *err);
	void (*stop)(void *state);
};

/* `stralix-web --config FILE [--migrate]`; returns the exit status. */
int service_main(const struct service_definition *definition, int argc, char **argv);

void *service_state(struct service *service);
const void *service_settings(const struct service *service);
struct db *service_db(struct service *service);
struct db *service_db_wide(struct service *service);
struct bus *service_bus(struct service *service);
const char *service_name(const struct service *service);
const struct token_key *service_key(const struct service *service); /* signs this service's own tokens */
const struct keyring *service_keyring(const struct service *service);
uint32_t service_epoch(const struct service *service); /* of generations; raised by a restore; setting "epoch" */

/* Wakes the outbox relay after a transaction that wrote outbox rows outside a change. */
void service_relay(struct service *service);
