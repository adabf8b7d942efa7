// Weighs the exported pages as a browser takes them, compressed, and fails over the budget.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const out = 'out';
const KB = 1024;
const limits = { js: 240 * KB, chunk: 95 * KB, css: 20 * KB, fonts: 100 * KB, html: 6 * KB };

const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
const size = (file) => { try { return statSync(`${file}.br`).size; } catch { return statSync(file).size; } };
const sum = (list) => list.reduce((total, file) => total + size(file), 0);
const local = (address) => join(out, decodeURIComponent(address.split('?')[0]));

let failed = 0;
function hold(what, value, limit) {
  const over = value > limit;
  if (over) failed += 1;
  if (over || process.argv.includes('-v')) console.log(`${over ? 'OVER' : 'ok  '} ${what}: ${(value / KB).toFixed(1)} KB of ${limit / KB} KB`);
}

let heaviest = 0;
for (const page of files.filter((f) => f.endsWith('.html'))) {
  const html = readFileSync(page, 'utf8');
  const scripts = new Set([...html.matchAll(/<script\b([^>]*)>/g)].filter(([, a]) => !/\bnomodule\b/i.test(a)).map(([, a]) => /\bsrc="([^"]+)"/.exec(a)?.[1]).filter(Boolean));
  const styles = new Set([...html.matchAll(/<link\b[^>]*rel="stylesheet"[^>]*href="([^"]+)"/g)].map((m) => m[1]));
  const js = sum([...scripts].map(local));
  heaviest = Math.max(heaviest, js);
  hold(`${page} scripts`, js, limits.js);
  hold(`${page} styles`, sum([...styles].map(local)), limits.css);
  hold(`${page} markup`, size(page), limits.html);
}
for (const chunk of files.filter((f) => f.endsWith('.js'))) hold(chunk, size(chunk), limits.chunk);
hold('fonts of a Latin page', sum(files.filter((f) => /-latin-wght-normal[^/]*\.woff2$/.test(f))), limits.fonts);
console.log(`budget: heaviest page ${(heaviest / KB).toFixed(1)} KB of scripts; ${failed} over the budget`);
process.exit(failed ? 1 : 0);
