/* protoc-gen-stralix: turns the rules of all .proto files into tables, rights and openapi.json. Run once over all. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "emit.h"

typedef Google__Protobuf__Compiler__CodeGeneratorResponse Response;
typedef Google__Protobuf__Compiler__CodeGeneratorResponse__File Output;

enum { PROTO3_OPTIONAL = 1 }; /* a feature that we know of, to refuse it by name */

struct outputs {
	struct pool *pool;
	Output **list;
	size_t n;
};

/* What is written to a memory stream, as text from the pool. */
struct sheet {
	FILE *out;
	char *text;
	size_t size;
};

static void sheet_open(struct sheet *sheet)
{
	*sheet = (struct sheet){ 0 };
	sheet->out = open_memstream(&sheet->text, &sheet->size);
	if (!sheet->out)
		abort();
}

static char *sheet_close(struct sheet *sheet, struct pool *pool)
{
	char *text;

	if (fclose(sheet->out) != 0)
		abort();
	text = pool_printf(pool, "%s", sheet->text);
	free(sheet->text);
	return text;
}

static void add_output(struct outputs *outputs, char *name, struct sheet *sheet)
{
	Output *output = pool_alloc(outputs->pool, sizeof(*output));

	google__protobuf__compiler__code_generator_response__file__init(output);
	output->name = name;
	output->content = sheet_close(sheet, outputs->pool);
	outputs->list[outputs->n++] = output;
}

static void write_files(struct model *model, struct outputs *outputs)
{
	struct sheet sheet;

	for (size_t i = 0; i < model->n_files; i++) {
		sheet_open(&sheet);
		emit_tables(sheet.out, model, &model->files[i]);
		add_output(outputs, pool_printf(model->pool, "%s.contract.c", model->files[i].stem), &sheet);
		sheet_open(&sheet);
		emit_tables_header(sheet.out, model, &model->files[i]);
		add_output(outputs, pool_printf(model->pool, "%s.contract.h", model->files[i].stem), &sheet);
	}
	sheet_open(&sheet);
	emit_contract(sheet.out, model);
	add_output(outputs, pool_printf(model->pool, "stralix/v1/contract.c"), &sheet);
	sheet_open(&sheet);
	emit_contract_header(sheet.out, model);
	add_output(outputs, pool_printf(model->pool, "stralix/v1/contract.h"), &sheet);
	sheet_open(&sheet);
	emit_openapi(sheet.out, model);
	add_output(outputs, pool_printf(model->pool, "stralix/v1/openapi.json"), &sheet);
}

static bool send(const Response *response, struct pool *pool)
{
	size_t size = google__protobuf__compiler__code_generator_response__get_packed_size(response);
	uint8_t *bytes = pool_alloc(pool, size + 1);

	google__protobuf__compiler__code_generator_response__pack(response, bytes);
	return fwrite(bytes, 1, size, stdout) == size && fflush(stdout) == 0;
}

/* An error in the response is printed by protoc, which then fails. */
static bool generate(const Request *request, struct pool *pool)
{
	struct outputs outputs = { .pool = pool };
	struct model model;
	struct sheet wrong;
	Response response;
	char *words;

	google__protobuf__compiler__code_generator_response__init(&response);
	response.has_supported_features = true;
	response.supported_features = PROTO3_OPTIONAL;
	outputs.list = pool_alloc(pool, (2 * request->n_file_to_generate + 3) * sizeof(Output *));
	sheet_open(&wrong);
	if (model_read(request, pool, &model, wrong.out) && check_model(&model, wrong.out))
		write_files(&model, &outputs);
	words = sheet_close(&wrong, pool);
	if (*words)
		response.error = words;
	response.file = outputs.list;
	response.n_file = outputs.n;
	return send(&response, pool);
}

static const Request *read_request(struct pool *pool)
{
	ProtobufCAllocator allocator = pool_allocator(pool);
	size_t size = 0, capacity = 1 << 20, got;
	uint8_t *bytes = malloc(capacity), *more;
	const Request *request;

	while (bytes && (got = fread(bytes + size, 1, capacity - size, stdin)) > 0) {
		size += got;
		if (size < capacity)
			continue;
		more = realloc(bytes, capacity *= 2);
		if (!more)
			abort();
		bytes = more;
	}
	request = google__protobuf__compiler__code_generator_request__unpack(&allocator, size, bytes);
	free(bytes);
	return request;
}

int main(void)
{
	struct pool *pool = pool_new();
	const Request *request = read_request(pool);
	bool good = request && generate(request, pool);

	if (!request)
		fprintf(stderr, "protoc-gen-stralix: standard input is no request of protoc's\n");
	pool_free(pool);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
