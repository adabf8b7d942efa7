// Writes the typed client from openapi.json: src/lib/api.gen.ts (types, one function an operation) and
// src/lib/forms.gen.ts (zod schemas of the bodies). With --check it only compares, and fails when they are stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const here = import.meta.dirname;
const source = process.env.OPENAPI ?? join(here, '../../docs/openapi.json');
const spec = JSON.parse(readFileSync(source, 'utf8'));
const head = '// Generated from openapi.json by scripts/api.mjs. Do not edit.\n';

const lowerFirst = (name) => name[0].toLowerCase() + name.slice(1);
const refName = (ref) => ref.split('/').at(-1);
const key = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
const quote = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const comment = (text, pad = '') => (text ? `${pad}/** ${text.replaceAll('*/', '* /').replaceAll('\n', ' ')} */\n` : '');

/** The TypeScript type of a JSON schema. */
function typeOf(schema) {
  if (schema.$ref) return refName(schema.$ref);
  if (schema.allOf) return schema.allOf.map(typeOf).join(' & ');
  if (schema.enum) return schema.enum.map(quote).join(' | ');
  switch (schema.type) {
    case 'string': return 'string';
    case 'boolean': return 'boolean';
    case 'integer':
    case 'number': return 'number';
    case 'array': return `${wrap(typeOf(schema.items))}[]`;
    case 'object': return schema.additionalProperties ? `{ [key: string]: ${typeOf(schema.additionalProperties)} }` : membersOf(schema);
    default: throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}
const wrap = (type) => (/[|&]/.test(type) ? `(${type})` : type);

function membersOf(schema, pad = '') {
  const required = new Set(schema.required ?? []);
  const rows = Object.entries(schema.properties ?? {}).map(
    ([name, value]) => `${comment(value.description, `${pad}  `)}${pad}  ${key(name)}${required.has(name) ? '' : '?'}: ${typeOf(value)};\n`,
  );
  return rows.length ? `{\n${rows.join('')}${pad}}` : '{ [key: string]: never }';
}

/** Every operation with its parameters sorted by where they travel. */
function operations() {
  const all = [];
  for (const [path, methods] of Object.entries(spec.paths)) {
    for (const [verb, operation] of Object.entries(methods)) {
      if (!operation.operationId) throw new Error(`${verb} ${path} has no operationId`);
      const parameters = operation.parameters ?? [];
      const status = Object.keys(operation.responses).find((code) => code.startsWith('2'));
      const json = (part) => part?.content?.['application/json']?.schema;
      all.push({
        name: lowerFirst(operation.operationId),
        summary: operation.summary,
        verb: verb.toUpperCase(),
        path,
        inPath: parameters.filter((p) => p.in === 'path'),
        inQuery: parameters.filter((p) => p.in === 'query'),
        matched: parameters.some((p) => p.in === 'header' && p.name === 'If-Match'),
        keyed: parameters.some((p) => p.in === 'header' && p.name === 'Idempotency-Key'),
        body: json(operation.requestBody),
        reply: json(operation.responses[status]),
      });
    }
  }
  return all;
}

const resolve = (schema) => (schema?.$ref ? spec.components.schemas[refName(schema.$ref)] : schema);
const hasMembers = (schema) => Object.keys(resolve(schema)?.properties ?? {}).length > 0;

function functionOf(op) {
  const fields = [...op.inPath, ...op.inQuery].map((p) => `${key(p.name)}${p.required ? '' : '?'}: ${typeOf(p.schema)}`);
  const withBody = op.body && hasMembers(op.body);
  if (op.matched) fields.push('/** of what was read */ etag: string');
  const types = [fields.length && `{ ${fields.join('; ')} }`, withBody && (op.body.$ref ? refName(op.body.$ref) : membersOf(op.body))].filter(Boolean);
  const needed = [...op.inPath, ...op.inQuery].some((p) => p.required) || withBody;
  const path = op.path.replace(/\{(\w+)\}/g, (_, name) => `\${encodeURIComponent(input.${name})}`);
  const options = [
    op.inQuery.length && `query: { ${op.inQuery.map((p) => `${key(p.name)}: input.${p.name}`).join(', ')} }`,
    withBody && (op.inPath.length || op.matched ? `body: without(input, [${[...op.inPath.map((p) => p.name), ...(op.matched ? ['etag'] : [])].map(quote).join(', ')}])` : 'body: input'),
    op.matched && 'etag: input.etag',
    op.body && !withBody && 'body: {}',
    op.keyed && 'keyed: true',
  ].filter(Boolean);
  const parameter = types.length ? `input: ${types.join(' & ')}${needed ? '' : ' = {}'}, ` : '';
  const literal = /\$\{/.test(path) ? `\`${path}\`` : quote(path);
  return `${comment(op.summary)}export const ${op.name} = (${parameter}options?: CallOptions) =>\n  call<${op.reply ? typeOf(op.reply) : 'undefined'}>('${op.verb}', ${literal}, { ${[...options, '...options'].join(', ')} });\n`;
}

function client() {
  const ops = operations();
  const types = Object.entries(spec.components.schemas).map(([name, schema]) => `${comment(schema.description)}export type ${name} = ${membersOf(schema)};\n`);
  const calls = ops.map(functionOf);
  const imports = calls.some((text) => text.includes('without(')) ? 'call, without, type CallOptions' : 'call, type CallOptions';
  return `${head}import { ${imports} } from './http';\n\n${types.join('\n')}\n${calls.join('\n')}`;
}

/** What the form's own check can know of a field; the server has the last word. */
function ruleOf(name, schema, required) {
  if (schema.enum) return `z.enum([${schema.enum.map(quote).join(', ')}])`;
  if (schema.type === 'integer') return 'z.number()';
  if (schema.type === 'array') return `z.array(${ruleOf(name, schema.items, true)})`;
  const rules = [
    required && 'required: true',
    schema.format && `format: ${quote(schema.format)}`,
    schema.pattern && `pattern: /${schema.pattern.replaceAll('/', '\\/')}/`,
    schema.minLength > 1 && `min: ${schema.minLength}`,
    schema.maxLength && `max: ${schema.maxLength}`,
  ].filter(Boolean);
  return `text({ ${rules.join(', ')} })`;
}

function forms() {
  const bodies = new Set(operations().filter((op) => op.body?.$ref && hasMembers(op.body)).map((op) => refName(op.body.$ref)));
  const schemas = [...bodies].map((name) => {
    const schema = spec.components.schemas[name];
    const required = new Set(schema.required ?? []);
    const plain = Object.entries(schema.properties).filter(([, value]) => !value.$ref && !value.allOf && value.type !== 'object'); // an object has a form of its own
    const rows = plain.map(([field, value]) => {
      const rule = ruleOf(field, value, required.has(field));
      return `  ${key(field)}: ${required.has(field) ? rule : `z.optional(${rule})`},\n`;
    });
    return `export const ${lowerFirst(name.replace(/Request$/, 'Form'))} = /* @__PURE__ */ z.object({\n${rows.join('')}});\n`;
  });
  return `${head}import * as z from 'zod/mini';\nimport { text } from './rules';\n\n${schemas.join('\n')}`;
}

let stale = false;
for (const [name, content] of [['api.gen.ts', client()], ['forms.gen.ts', forms()]]) {
  const file = join(here, '../src/lib', name);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, content);
    continue;
  }
  let current = '';
  try { current = readFileSync(file, 'utf8'); } catch { /* absent: stale */ }
  if (current === content) continue;
  console.error(`src/lib/${name} is stale: run "npm run api"`);
  stale = true;
}
process.exit(stale ? 1 : 0);
