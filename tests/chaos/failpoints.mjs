// Named places in the processes where a test makes one wait (lib/base/failpoint.h). The panel was started with --failpoints.
import { chmodSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runDir, until } from '../system/panel.mjs';

const dir = join(runDir, 'failpoints');

/** Whoever comes to the place first waits there. */
export function arm(name, word = 'pause') {
  const file = join(dir, name);
  writeFileSync(`${file}.new`, `${word}\n`);
  chmodSync(`${file}.new`, 0o666);
  rmSync(`${file}.hit`, { force: true });
  renameSync(`${file}.new`, file); // only a whole file is found
}

/** Until somebody waits there. */
export const hit = (name, seconds = 20) => until(`somebody at ${name}`, () => existsSync(join(dir, `${name}.hit`)), seconds);

/** Lets go on who waits there, if anybody still does. */
export const release = (name) => rmSync(join(dir, `${name}.hit`), { force: true });

/** Nothing is armed any more. */
export function disarm() {
  if (existsSync(dir)) for (const name of readdirSync(dir)) rmSync(join(dir, name), { force: true });
}
