/* schema: see schema.h. */
#include "schema.h"

#include <string.h>

#include "names.h"

#define TYPE(name) GOOGLE__PROTOBUF__FIELD_DESCRIPTOR_PROTO__TYPE__TYPE_##name

struct format {
	unsigned most, least;
	const char *format, *pattern;
};

static const struct format formats[] = {
#define FORMAT(name, most, least, format, pattern, words) [STRALIX__FORMAT__##name] = { most, least, format, pattern },
#include "stralix/formats.def"
#undef FORMAT
};

void schema_mark(struct message *message, bool request)
{
	bool *mark = request ? &message->in_request : &message->in_reply;

	if (*mark)
		return;
	*mark = true;
	EACH_FIELD(message, field)
	{
		if (field->message)
			schema_mark(field->message, request);
	}
}

void schema_ref(struct writer *writer, const struct message *message)
{
	char ref[256];

	snprintf(ref, sizeof(ref), "#/components/schemas/%s", message->name);
	writer_open(writer, '{');
	writer_member(writer, "$ref", ref);
	writer_close(writer, '}');
}

static void text_rules(struct writer *writer, const struct field *field)
{
	const Stralix__FieldRule *rule = field->rule;
	const struct format *format;

	if (field->proto->type == TYPE(BYTES))
		writer_member(writer, "contentEncoding", "base64");
	if (!rule || (size_t)rule->format >= sizeof(formats) / sizeof(formats[0]) ||
	    rule->format == STRALIX__FORMAT__FORMAT_UNSET)
		return;
	format = &formats[rule->format];
	if (format->format)
		writer_member(writer, "format", format->format);
	if (format->pattern)
		writer_member(writer, "pattern", format->pattern);
	if (rule->required && format->least)
		writer_member_number(writer, "minLength", format->least);
	if (field->proto->type != TYPE(BYTES))
		writer_member_number(writer, "maxLength", rule->max_len ? rule->max_len : format->most);
}

static void number_rules(struct writer *writer, const struct field *field, const char *format)
{
	writer_member(writer, "format", format);
	if (field->rule && field->rule->has_range && !field->repeated) {
		writer_member_number(writer, "minimum", field->rule->min);
		writer_member_number(writer, "maximum", field->rule->max);
	} else if (*format == 'u') {
		writer_member_number(writer, "minimum", 0);
	}
}

static void enum_names(struct writer *writer, const Enum *enumeration)
{
	writer_array(writer, "enum");
	for (size_t i = 0; i < enumeration->n_value; i++)
		writer_text(writer, enumeration->value[i]->name);
	writer_close(writer, ']');
}

/* The members of one value's schema. */
static void value_members(struct writer *writer, const struct field *field)
{
	switch (field->proto->type) {
	case TYPE(BOOL):
		writer_member(writer, "type", "boolean");
		break;
	case TYPE(DOUBLE):
	case TYPE(FLOAT):
		writer_member(writer, "type", "number");
		break;
	case TYPE(INT64):
	case TYPE(SINT64):
	case TYPE(SFIXED64):
	case TYPE(UINT64):
	case TYPE(FIXED64): /* as text: JavaScript's numbers end at 2^53 */
		writer_member(writer, "type", "string");
		writer_member(writer, "pattern", "^-?[0-9]{1,20}$");
		break;
	case TYPE(INT32):
	case TYPE(SINT32):
	case TYPE(SFIXED32):
		writer_member(writer, "type", "integer");
		number_rules(writer, field, "int32");
		break;
	case TYPE(UINT32):
	case TYPE(FIXED32):
		writer_member(writer, "type", "integer");
		number_rules(writer, field, "uint32");
		break;
	case TYPE(ENUM):
		writer_member(writer, "type", "string");
		enum_names(writer, field->enumeration);
		break;
	default:
		writer_member(writer, "type", "string");
		text_rules(writer, field);
		break;
	}
}

static void value(struct writer *writer, const struct field *field)
{
	if (field->message) {
		schema_ref(writer, field->message);
		return;
	}
	writer_open(writer, '{');
	value_members(writer, field);
	writer_close(writer, '}');
}

static void collection_members(struct writer *writer, const struct field *field)
{
	if (field->message && field->message->is_map_entry) {
		writer_member(writer, "type", "object");
		writer_key(writer, "additionalProperties");
		value(writer, &field->message->fields[1]);
		return;
	}
	writer_member(writer, "type", "array");
	writer_key(writer, "items");
	value(writer, field);
	if (field->rule && field->rule->has_range) {
		writer_member_number(writer, "minItems", field->rule->min);
		writer_member_number(writer, "maxItems", field->rule->max);
	}
}

void schema_field(struct writer *writer, const struct field *field)
{
	if (field->message && !field->repeated && !*field->comment) {
		value(writer, field);
		return;
	}
	writer_open(writer, '{');
	if (*field->comment)
		writer_member(writer, "description", field->comment);
	if (field->repeated) {
		collection_members(writer, field);
	} else if (field->message) {
		writer_array(writer, "allOf");
		value(writer, field);
		writer_close(writer, ']');
	} else {
		value_members(writer, field);
	}
	writer_close(writer, '}');
}

/* A request needs what its rules say; an answer always holds all but sub-messages, oneofs and secrets. */
static bool is_required(const struct message *message, const struct field *field)
{
	if (message->in_request)
		return field->rule && field->rule->required;
	return (!field->message || field->repeated) && !field->proto->has_oneof_index &&
	       !(field->rule && field->rule->secret);
}

static void required(struct writer *writer, const struct message *message)
{
	bool some = false;

	EACH_FIELD(message, field)
	{
		if (!is_required(message, field))
			continue;
		if (!some)
			writer_array(writer, "required");
		some = true;
		writer_text(writer, field->json_name);
	}
	if (some)
		writer_close(writer, ']');
}

static void message_schema(struct writer *writer, const struct message *message)
{
	writer_object(writer, message->name);
	writer_member(writer, "type", "object");
	if (*message->comment)
		writer_member(writer, "description", message->comment);
	writer_object(writer, "properties");
	EACH_FIELD(message, field)
	{
		writer_key(writer, field->json_name);
		schema_field(writer, field);
	}
	writer_close(writer, '}');
	required(writer, message);
	if (message->in_request && !message->in_reply) {
		writer_key(writer, "additionalProperties");
		writer_bool(writer, false);
	}
	writer_close(writer, '}');
}

static void text_property(struct writer *writer, const char *name, const char *description)
{
	writer_object(writer, name);
	writer_member(writer, "type", "string");
	writer_member(writer, "description", description);
	writer_close(writer, '}');
}

static void violations(struct writer *writer)
{
	writer_object(writer, "violations");
	writer_member(writer, "type", "array");
	writer_object(writer, "items");
	writer_member(writer, "type", "object");
	writer_object(writer, "properties");
	text_property(writer, "field", "Path of the field, such as items[2].name");
	text_property(writer, "rule", "What it breaks: a format, required, max_len, range …");
	text_property(writer, "message", "For people");
	writer_close(writer, '}');
	writer_array(writer, "required");
	writer_text(writer, "field");
	writer_text(writer, "rule");
	writer_text(writer, "message");
	writer_close(writer, ']');
	writer_close(writer, '}');
	writer_close(writer, '}');
}

/* RFC 9457, as the gateway writes it. */
static void problem(struct writer *writer)
{
	writer_object(writer, "Problem");
	writer_member(writer, "type", "object");
	writer_member(writer, "description", "Why a call failed (RFC 9457)");
	writer_object(writer, "properties");
	text_property(writer, "type", "Names the code");
	text_property(writer, "title", "The code in words");
	writer_object(writer, "status");
	writer_member(writer, "type", "integer");
	writer_close(writer, '}');
	text_property(writer, "code", "NOT_FOUND, EXISTS, UNAVAILABLE …");
	text_property(writer, "detail", "What happened, for people");
	text_property(writer, "requestId", "Stands in every log line of this request");
	violations(writer);
	writer_close(writer, '}');
	writer_array(writer, "required");
	writer_text(writer, "type");
	writer_text(writer, "title");
	writer_text(writer, "status");
	writer_text(writer, "code");
	writer_text(writer, "requestId");
	writer_close(writer, ']');
	writer_close(writer, '}');
}

void schema_all(struct writer *writer, const struct model *model)
{
	writer_object(writer, "schemas");
	EACH_MESSAGE(model, message)
	{
		if ((message->in_request || message->in_reply) && !message->is_map_entry)
			message_schema(writer, message);
	}
	problem(writer);
	writer_close(writer, '}');
}
