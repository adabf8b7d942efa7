/* stralixctl init: everything of an installation that is secret or says who is who. */
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "command.h"
#include "identities.h"
#include "installation.h"
#include "parts.h"
#include "pki.h"

enum { LEAF_DAYS = 365, UID_BASE_MAX = 2000000000 };

#define TEXT(name, value, field, fallback, help)                                                                       \
	{                                                                                                              \
		name, value, offsetof(struct init_settings, field), fallback, false, help                              \
	}
#define LIST(name, value, field, help)                                                                                 \
	{                                                                                                              \
		name, value, offsetof(struct init_settings, field), NULL, true, help                                   \
	}

static const struct option_row options[] = {
	TEXT("dir", "DIR", dir, NULL, "the run directory, absolute"),
	TEXT("uid-base", "N", uid_base, "0", "processes are users N+1, N+2 …; 0: all files stay the caller's"),
	TEXT("nats-address", "ADDR", nats_address, "127.0.0.1", "where nats-server listens"),
	TEXT("nats-port", "N", nats_port, "4222", "its port"),
	TEXT("nats-url", "URL", nats_url, "", "how processes reach it; empty: tls://ADDR:N"),
	TEXT("gateway-listen", "ADDR:PORT", gateway_listen, "127.0.0.1:8080", "where the gateway listens for nginx"),
	TEXT("public-url", "URL", public_url, "", "where browsers find the panel; empty: https:// and the first host"),
	TEXT("pg-host", "DIR", pg_host, "/run/postgresql", "PostgreSQL's socket folder, or its host"),
	TEXT("pg-port", "N", pg_port, "5432", "its port"),
	TEXT("login-limit-ip", "N", login_limit_ip, "20", "sign-ins from one address in five minutes; 0: no limit"),
	TEXT("login-limit-account", "N", login_limit_account, "10",
	     "sign-ins to one account in five minutes; 0: no limit"),
	TEXT("acme-directory", "URL", acme_directory, "",
	     "the certificate authority of websites; empty: none, own certificates only"),
	TEXT("acme-ca", "FILE", acme_ca, "", "who vouches for its API; empty: the system's authorities"),
	TEXT("acme-contact", "EMAIL", acme_contact, "", "whom it may write to"),
	TEXT("acme-roots", "FILE", acme_roots, "", "roots that its certificates must lead to; empty: the system's"),
	TEXT("resolver", "ADDR:PORT", resolver, "",
	     "who says where websites' names point; empty: the system's resolver"),
	TEXT("provider-allowed", "ADDR[:PORT],…", provider_allowed, "",
	     "where accounts at other DNS providers may be although it is an inner address"),
	LIST("panel-host", "NAME", panel_hosts, "a name of the panel; no website may have it"),
	LIST("name-server", "[NODE=]NAME", name_servers,
	     "a name that zones have for a name server: of this node, or of all"),
	LIST("front-dns", "NAME", front_dns, "a name in the certificate of the front nginx"),
	LIST("front-ip", "ADDR", front_ips, "an address in it"),
	{ .name = NULL },
};

static bool make_folders(const struct place *place, struct error *err)
{
	if (!place_folder(place, place_path(place, "etc").text, 0755, OWNER_ROOT, err))
		return false;
	for (const struct process *process = processes; process->name; process++)
		if (!place_folder(place, place_path(place, "etc/%s", process->name).text, 0700, process->owner, err))
			return false;
	return true;
}

static bool make_servers(const struct place *place, const struct cert_authority *issuer,
                         const struct init_settings *init, struct error *err)
{
	static const char *const nats_dns[] = { "nats.stralix.internal", "localhost", NULL };
	static const char *const nats_ips[] = { "127.0.0.1", "::1", NULL };
	static const char *const front_dns[] = { "localhost", NULL };
	static const struct cert_request nats = { "nats.stralix.internal", nats_dns, nats_ips, true, true, LEAF_DAYS };
	const struct strings *names = init->front_dns.n > 0 ? &init->front_dns : &init->panel_hosts;
	const struct cert_request front = {
		.name = names->n > 0 ? names->items[0] : "localhost",
		.dns = names->n > 0 ? names->items : front_dns,
		.ip = init->front_ips.items,
		.server = true,
		.days = LEAF_DAYS,
	};

	return pki_issue(place, issuer, &nats, place_path(place, "pki/nats").text, OWNER_NATS, err) &&
	       pki_issue(place, issuer, &front, place_path(place, "pki/front").text, OWNER_FRONT, err);
}

static bool make_clients(const struct place *place, const struct cert_authority *issuer,
                         const struct identities *identities, struct error *err)
{
	for (const struct process *process = processes; process->name; process++) {
		const struct cert_request request = { .name = process->name, .client = true, .days = LEAF_DAYS };
		struct path tls = place_path(place, "etc/%s/tls", process->name);
		struct path creds = place_path(place, "etc/%s/nats.creds", process->name);

		if (process->bus &&
		    (!pki_issue(place, issuer, &request, tls.text, process->owner, err) ||
		     !identities_process(place, identities, process->name, creds.text, process->owner, err)))
			return error_wrap(err, "identity of %s", process->name);
	}
	return true;
}

static bool make_bus(const struct place *place, const struct init_settings *init, long port, struct error *err)
{
	_cleanup_(cert_authority_freep) struct cert_authority *issuer = NULL;
	_cleanup_(identities_done) struct identities identities = { 0 };

	return pki_open(place, &issuer, err) && make_servers(place, issuer, init, err) &&
	       identities_open(place, &identities, err) &&
	       identities_server(place, &identities, init->nats_address, port, err) &&
	       make_clients(place, issuer, &identities, err) &&
	       place_folder(place, place_path(place, "etc/sys").text, 0700, OWNER_ROOT, err) &&
	       identities_system(place, &identities, place_path(place, "etc/sys/nats.creds").text, OWNER_ROOT, err);
}

/* The numbers among the options, checked; the URL of the bus, filled in. */
static bool check(struct init_settings *init, char *url, size_t size, long *ret_base, long *ret_port, struct error *err)
{
	long number;

	if (!option_number("uid-base", init->uid_base, 0, UID_BASE_MAX, ret_base, err) ||
	    !option_number("nats-port", init->nats_port, 1, 65535, ret_port, err) ||
	    !option_number("pg-port", init->pg_port, 1, 65535, &number, err) ||
	    !option_number("login-limit-ip", init->login_limit_ip, 0, 1000000, &number, err) ||
	    !option_number("login-limit-account", init->login_limit_account, 0, 1000000, &number, err))
		return false;
	if (init->nats_url[0] == '\0') {
		snprintf(url, size, "tls://%s:%ld", init->nats_address, *ret_port);
		init->nats_url = url;
	}
	return strncmp(init->nats_url, "tls://", 6) == 0 ||
	       error_set(err, ERR_INVALID, "--nats-url must start with tls://");
}

static bool run(const void *settings, FILE *out, struct error *err)
{
	struct init_settings init = *(const struct init_settings *)settings;
	_cleanup_(place_close) struct place place = { 0 };
	char url[256];
	long base = 0, port = 0;

	return check(&init, url, sizeof url, &base, &port, err) && place_open(init.dir, base, out, &place, err) &&
	       make_folders(&place, err) && make_bus(&place, &init, port, err) && tokens_make(&place, err) &&
	       database_make(&place, err) && settings_make(&place, &init, err) &&
	       installation_write(&place, init.nats_url, err);
}

const struct command init_command = {
	.name = "init",
	.summary = "make keys, certificates, identities, database roles and settings",
	.help = "Makes what is absent below DIR: the internal certificate authority, the operator, accounts and\n"
		"users of the bus with just the rights of the contract, token keys, database passwords, and the\n"
		"settings of all processes. Running it again changes nothing but what other options or another\n"
		"contract ask for, and certificates that expire within 30 days. Prints the path of each file that\n"
		"it made or changed. pki/ca.key and pki/operator.seed can be taken offline afterwards.",
	.options = options,
	.settings_size = sizeof(struct init_settings),
	.run = run,
};
