/* provider_access: see provider_access.h. */
#include "provider_access.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/contract/upstream.h"

enum { PLACE = 320, PORT_MOST = 65535, DNS_PORT = 53 };

/* "https://192.0.2.1:8081" of a URL; *is_address: its host is one. False: there is no such host, or more than that. */
static bool origin_of(const char *url, char ret[static PLACE], bool *is_address)
{
	const char *host = strstr(url, "://");
	size_t size, name;
	char address[INET6_ADDRSTRLEN] = "";
	uint8_t bytes[16];

	if (!host)
		return false;
	host += 3;
	size = (size_t)(host - url) + strcspn(host, "/?#");
	if (size >= PLACE || size == (size_t)(host - url) || strpbrk(host, "@?#"))
		return false;
	snprintf(ret, PLACE, "%.*s", (int)size, url);
	host = strstr(ret, "://") + 3;
	name = *host == '[' ? strcspn(host, "]") : strcspn(host, ":");
	if (name > 0 && name < sizeof(address))
		snprintf(address, sizeof(address), "%.*s", (int)(name - (*host == '[')), host + (*host == '['));
	*is_address = inet_pton(*host == '[' ? AF_INET6 : AF_INET, address, bytes) == 1;
	return true;
}

bool access_url_check(const char *url, const struct dns_settings *settings, struct error *err)
{
	bool plain = strncmp(url, "http://", 7) == 0, is_address = false;
	char origin[PLACE];

	if ((!plain && strncmp(url, "https://", 8) != 0) || !origin_of(url, origin, &is_address))
		return error_field(err, "baseUrl", "url", "Enter an https URL such as https://dns.example:8081.");
	if (is_address && upstream_listed(origin, settings->provider_allowed))
		return true;
	if (plain)
		return error_field(err, "baseUrl", "https", "Use https: the token would be readable on its way.");
	if (is_address && !upstream_may(origin, settings->provider_allowed, settings->provider_refused))
		return error_field(err, "baseUrl", "forbidden", "This address isn't to be connected to.");
	return true;
}

bool server_parse(const char *text, struct server *ret)
{
	bool bracket = *text == '[';
	const char *end = bracket ? strchr(text, ']') : text + strcspn(text, ":");
	const char *port = end ? end + bracket : NULL;
	size_t size = end ? (size_t)(end - text) - bracket : 0;
	uint8_t bytes[16];
	long number = DNS_PORT;

	if (!size || size >= sizeof(ret->host) || (*port && *port != ':'))
		return false;
	if (*port) {
		char *rest;

		number = strtol(port + 1, &rest, 10);
		if (!port[1] || *rest || number < 1 || number > PORT_MOST)
			return false;
	}
	memcpy(ret->host, text + bracket, size);
	ret->host[size] = '\0';
	ret->port = (uint16_t)number;
	ret->is_name = !bracket && inet_pton(AF_INET, ret->host, bytes) != 1;
	return !bracket || inet_pton(AF_INET6, ret->host, bytes) == 1;
}

bool server_may(const struct server *server, const struct dns_settings *settings)
{
	bool v6 = strchr(server->host, ':') != NULL;
	char place[PLACE];

	snprintf(place, sizeof(place), "http://%s%s%s:%u", v6 ? "[" : "", server->host, v6 ? "]" : "", server->port);
	return upstream_may(place, settings->provider_allowed, settings->provider_refused);
}
