/* installation: a run directory made by stralixctl's own commands, and the nats-server that it describes. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct test_installation {
	char dir[64], url[64], port[16];
	pid_t server; /* 0: not started */
};

/* A free port of this host. */
unsigned test_free_port(void);

/* Runs a command as the program would; argv ends with NULL. What it says goes to out, malloc'd, when out isn't NULL. */
bool test_command(const char *name, char *const *argv, char **out);

/* Makes a run directory below /tmp with nodes n1 and n2; aborts the test when that fails. */
void test_installation_make(struct test_installation *ret);
void test_installation_start(struct test_installation *installation);
void test_installation_stop(struct test_installation *installation);
void test_installation_drop(struct test_installation *installation);
