/* pebble: see pebble.h. */
#include "pebble.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/trust/cert.h"

__attribute__((noreturn)) static void fail(const char *what)
{
	perror(what);
	abort();
}

unsigned free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) < 0 ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		fail("free port");
	close(fd);
	return ntohs(address.sin_port);
}

void pebble_identity(struct pebble *pebble)
{
	static const char *const dns[] = { "localhost", NULL }, *const ip[] = { "127.0.0.1", NULL };
	static const struct cert_request request = { "localhost", dns, ip, true, false, 30 };
	struct cert_authority *ca = NULL;
	char key[PEBBLE_PATH];
	struct error err = { 0 };

	*pebble = (struct pebble){ 0 };
	snprintf(pebble->folder, sizeof(pebble->folder), "/tmp/stralix-pebble-XXXXXX");
	if (!mkdtemp(pebble->folder))
		fail("mkdtemp");
	snprintf(pebble->ca, PEBBLE_PATH, "%.64s/ca.crt", pebble->folder);
	snprintf(pebble->cert, PEBBLE_PATH, "%.64s/tls.crt", pebble->folder);
	snprintf(pebble->key, PEBBLE_PATH, "%.64s/tls.key", pebble->folder);
	snprintf(key, PEBBLE_PATH, "%.64s/ca.key", pebble->folder);
	if (!cert_authority_new("test", NULL, 30, &ca, &err) || !cert_authority_write(ca, pebble->ca, key, &err) ||
	    !cert_issue(ca, &request, pebble->cert, pebble->key, &err)) {
		fprintf(stderr, "%s\n", err.message);
		abort();
	}
	cert_authority_free(ca);
}

static int start(const struct pebble *pebble, const char *log, const char *const argv[], const char *const envp[])
{
	char path[PEBBLE_PATH];
	pid_t pid;

	snprintf(path, sizeof(path), "%.64s/%s", pebble->folder, log);
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600), null = open("/dev/null", O_RDONLY);

		dup2(null, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execve(argv[0], (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)envp);
		_exit(127);
	}
	return pid;
}

/* Whether somebody accepts connections; waited for, with a deadline. */
static void wait_for(unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		                       .sin_port = htons((uint16_t)port),
		                       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct timespec moment = { .tv_nsec = 20000000 };

	for (unsigned i = 0; i < 1500; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		bool up = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;

		close(fd);
		if (up)
			return;
		nanosleep(&moment, NULL);
	}
	fail("a daemon of the test didn't come up");
}

static void start_names(struct pebble *pebble)
{
	char http[32], dns[32], manage[32];
	const char *const argv[] = { "/usr/bin/pebble-challtestsrv",
		                     "-http01",
		                     http,
		                     "-dns01",
		                     dns,
		                     "-management",
		                     manage,
		                     "-https01",
		                     "",
		                     "-tlsalpn01",
		                     "",
		                     "-defaultIPv4",
		                     "127.0.0.1",
		                     "-defaultIPv6",
		                     "",
		                     NULL };

	pebble->http_port = free_port();
	pebble->dns_port = free_port();
	pebble->names_port = free_port();
	snprintf(http, sizeof(http), "127.0.0.1:%u", pebble->http_port);
	snprintf(dns, sizeof(dns), "127.0.0.1:%u", pebble->dns_port);
	snprintf(manage, sizeof(manage), "127.0.0.1:%u", pebble->names_port);
	pebble->names_pid = start(pebble, "names.log", argv, (const char *const[]){ NULL });
	wait_for(pebble->names_port);
	wait_for(pebble->http_port);
}

static void write_config(const struct pebble *pebble, const char *path, bool binding)
{
	FILE *file = fopen(path, "we");

	if (!file)
		fail(path);
	fprintf(file,
	        "{\"pebble\":{\"listenAddress\":\"127.0.0.1:%u\",\"managementListenAddress\":\"127.0.0.1:%u\","
	        "\"certificate\":\"%s\","
	        "\"privateKey\":\"%s\",\"httpPort\":%u,\"tlsPort\":%u,\"ocspResponderURL\":\"\","
	        "\"externalAccountBindingRequired\":%s,"
	        "\"externalAccountMACKeys\":{\"kid-1\":"
	        "\"zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W\"}}}",
	        pebble->port, pebble->manage_port, pebble->cert, pebble->key, pebble->http_port, pebble->http_port,
	        binding ? "true" : "false");
	fclose(file);
}

void pebble_start(struct pebble *pebble, bool binding)
{
	char config[PEBBLE_PATH], dns[32];
	const char *const argv[] = { "/usr/bin/pebble", "-strict", "-config", config, "-dnsserver", dns, NULL };
	const char *const envp[] = { "PEBBLE_WFE_NONCEREJECT=20", "PEBBLE_VA_NOSLEEP=1", NULL };

	if (!pebble->names_pid)
		start_names(pebble);
	if (!pebble->port) {
		pebble->port = free_port();
		pebble->manage_port = free_port();
	}
	snprintf(config, sizeof(config), "%.64s/pebble.json", pebble->folder);
	snprintf(dns, sizeof(dns), "127.0.0.1:%u", pebble->dns_port);
	snprintf(pebble->directory, PEBBLE_PATH, "https://localhost:%u/dir", pebble->port);
	write_config(pebble, config, binding);
	pebble->pid = start(pebble, "pebble.log", argv, envp);
	wait_for(pebble->port);
}

static void end(int *pid)
{
	if (*pid <= 0)
		return;
	kill(*pid, SIGTERM);
	while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
		;
	*pid = 0;
}

void pebble_stop(struct pebble *pebble)
{
	end(&pebble->pid);
}

static int erase_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

void pebble_erase(struct pebble *pebble)
{
	nftw(pebble->folder, erase_one, 8, FTW_DEPTH | FTW_PHYS);
}

void pebble_done(struct pebble *pebble)
{
	end(&pebble->pid);
	end(&pebble->names_pid);
	pebble_erase(pebble);
}

void pebble_answer(const struct pebble *pebble, const char *token, const char *content)
{
	char url[64], body[1024];
	CURL *curl = curl_easy_init();
	long status = 0;

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/add-http01", pebble->names_port);
	snprintf(body, sizeof(body), "{\"token\":\"%.300s\",\"content\":\"%.500s\"}", token, content);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	if (curl_easy_perform(curl) || curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) || status != 200)
		fail("tell the challenge's answer");
	curl_easy_cleanup(curl);
}

unsigned pebble_issued(const struct pebble *pebble)
{
	char path[PEBBLE_PATH], line[1024];
	unsigned n = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%.64s/pebble.log", pebble->folder);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		n += strstr(line, "Issued certificate serial") != NULL;
	if (file)
		fclose(file);
	return n;
}
