/* embed: makes C of a file in the build: `embed NAME IN OUT.c` gives `const char NAME[]`, ended by NUL. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	FILE *in = argc == 4 ? fopen(argv[2], "re") : NULL, *out = in ? fopen(argv[3], "we") : NULL;
	int byte;

	if (!out) {
		fputs("usage: embed NAME IN OUT.c\n", stderr);
		return EXIT_FAILURE;
	}
	fprintf(out, "extern const char %s[];\nconst char %s[] = {", argv[1], argv[1]);
	for (unsigned n = 0; (byte = getc(in)) != EOF; n++)
		fprintf(out, "%s%d,", n % 24 ? "" : "\n", (signed char)byte);
	fputs("\n0 };\n", out);
	return ferror(in) || fclose(out) ? EXIT_FAILURE : EXIT_SUCCESS;
}
