import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { shellQuoted } from './cleanup-process.js';

/** The module as plain JavaScript that another process can import, without a build. */
const cleanupModule = ts.transpileModule(readFileSync(new URL('cleanup-process.ts', import.meta.url), 'utf8'), {
  compilerOptions: { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 },
}).outputText;
const specifier = `data:text/javascript,${encodeURIComponent(cleanupModule)}`;

/** Runs code that imports the module under test; resolves when the process has printed its first line. */
async function processWith(code: string) {
  const module = `import { runAfterExit } from ${JSON.stringify(specifier)};\n${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', module], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('runAfterExit', () => {
  let directory: string;
  const file = (name: string) => join(directory, name);

  async function appears(name: string): Promise<void> {
    const watcher = watch(directory);
    while (!existsSync(file(name))) {
      await once(watcher, 'change');
    }
    watcher.close();
  }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "fedistream cleanup's "));
  });

  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'runs the command after the process was ended by %s',
    async (signal) => {
      const command = JSON.stringify(`touch ${shellQuoted(file('cleaned'))}`);
      const child = await processWith(`runAfterExit(${command}); console.log('at work'); setInterval(() => {}, 1000);`);
      child.kill(signal);
      await appears('cleaned');
    },
  );

  it('runs the command after the process exited, and does not keep the process alive', async () => {
    const command = JSON.stringify(`touch ${shellQuoted(file('cleaned'))}`);
    const child = await processWith(`runAfterExit(${command}); console.log('at work');`);
    if (child.exitCode === null) {
      await once(child, 'exit');
    }
    await appears('cleaned');
  });

  it('runs the newest command first, and never a removed one', async () => {
    const commands = [
      `test -e ${shellQuoted(file('newer'))} && touch ${shellQuoted(file('older'))}; touch ${shellQuoted(file('done'))}`,
      `touch ${shellQuoted(file('newer'))}`,
      `touch ${shellQuoted(file('removed'))}`,
    ];
    const child = await processWith(
      `const remove = ${JSON.stringify(commands)}.map((command) => runAfterExit(command)).at(-1); remove();
       console.log('at work'); setInterval(() => {}, 1000);`,
    );
    child.kill('SIGKILL');
    await appears('done');
    expect(existsSync(file('older'))).toBe(true);
    expect(existsSync(file('removed'))).toBe(false);
  });
});
