/* replay: runs a fuzz target once over each file given, so that what once broke stays mended. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_ = 1 << 16 };

static int replay(const char *path)
{
	static uint8_t data[SIZE_MAX_];
	FILE *file = fopen(path, "rbe");
	size_t size;

	if (!file) {
		perror(path);
		return EXIT_FAILURE;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (replay(argv[i]) != EXIT_SUCCESS)
			return EXIT_FAILURE;
	return argc > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
