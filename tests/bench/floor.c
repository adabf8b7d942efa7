/*
 * floor DIR PORT RUNS: the least that a panel can take for one new vhost on this machine. DIR/nginx.conf includes
 * DIR/v/?*.conf and nginx runs with its pid in DIR/nginx.pid. Each run: write one vhost file (temporary name, fsync,
 * rename, fsync of the folder), `nginx -t`, SIGHUP, GET with the new Host until the new vhost's own text comes back.
 * Prints the median in ms of the whole.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS_MAX = 999 };

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Whether the server answers for this host with its own text. */
static bool serves(const char *host, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	char buffer[4096];
	size_t size = 0;
	ssize_t got;
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (s < 0 || connect(s, (struct sockaddr *)&address, sizeof(address))) {
		close(s);
		return false;
	}
	int length = snprintf(buffer, sizeof(buffer), "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", host);

	if (write(s, buffer, (size_t)length) != length)
		length = 0;
	while (length && size < sizeof(buffer) - 1 && (got = read(s, buffer + size, sizeof(buffer) - 1 - size)) > 0)
		size += (size_t)got;
	close(s);
	buffer[size] = '\0';
	return strstr(buffer, host) != NULL;
}

static bool write_vhost(const char *dir, const char *host, int port)
{
	char temporary[700], path[700], folder[512], text[1024];
	int length = snprintf(text, sizeof(text),
	                      "server { listen 127.0.0.1:%d; server_name %s; root %s/www;\n"
	                      "location / { default_type text/plain; return 200 \"%s\\n\"; } }\n",
	                      port, host, dir, host);

	snprintf(folder, sizeof(folder), "%s/v", dir);
	snprintf(temporary, sizeof(temporary), "%s/.tmp", folder);
	snprintf(path, sizeof(path), "%s/%s.conf", folder, host);
	int file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (file < 0 || write(file, text, (size_t)length) != length || fsync(file))
		return false;
	close(file);
	if (rename(temporary, path))
		return false;
	file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = file >= 0 && !fsync(file);

	close(file);
	return done;
}

static bool configtest(char *config)
{
	char program[] = "nginx", test[] = "-t", quiet[] = "-q", flag[] = "-c";
	char *argv[] = { program, test, quiet, flag, config, NULL };
	int status = -1;
	pid_t pid;

	return !posix_spawn(&pid, "/usr/sbin/nginx", NULL, NULL, argv, environ) && waitpid(pid, &status, 0) == pid &&
	       !status;
}

static bool reload(const char *dir)
{
	char path[512], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/nginx.pid", dir);
	file = fopen(path, "r");
	if (!file || !fgets(text, sizeof(text), file))
		return false;
	fclose(file);
	return !kill((pid_t)strtol(text, NULL, 10), SIGHUP);
}

int main(int argc, char **argv)
{
	static double took[RUNS_MAX];
	char config[512], host[64];

	if (argc != 4)
		return fprintf(stderr, "usage: floor DIR PORT RUNS\n"), 2;
	int port = (int)strtol(argv[2], NULL, 10), runs = (int)strtol(argv[3], NULL, 10);

	snprintf(config, sizeof(config), "%s/nginx.conf", argv[1]);
	for (int i = 0; i < runs && i < RUNS_MAX; i++) {
		snprintf(host, sizeof(host), "new%d.example.com", i);
		double began = now_ms();

		if (!write_vhost(argv[1], host, port) || !configtest(config) || !reload(argv[1]))
			return fprintf(stderr, "floor: run %d failed\n", i), 1;
		while (!serves(host, port) && now_ms() - began < 10000)
			usleep(200);
		took[i] = now_ms() - began;
		usleep(100000); /* a pause between two measurements: the old workers leave */
	}
	qsort(took, (size_t)runs, sizeof(*took), compare);
	printf("%.1f\n", took[runs / 2]);
	return 0;
}
