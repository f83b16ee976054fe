import 'reflect-metadata';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';

const workspace = fileURLToPath(new URL('../../../', import.meta.url));
const documents = resolve(workspace, 'docs/streams');
const directory = resolve(workspace, '.cache', `documents-${process.pid}`);

/** Writes the blocks that begin with the name of a file, each page into a folder of its own. */
function writeBlocks(): readonly string[] {
  return readdirSync(documents).flatMap((page) => {
    const folder = resolve(directory, basename(page, '.md'));
    mkdirSync(folder, { recursive: true });
    const blocks = readFileSync(resolve(documents, page), 'utf8').matchAll(/```ts\n(?:\/\/ (\S+)\n)?(.*?)```/gs);
    return Array.from(blocks, ([, name, code], index) => {
      const file = resolve(folder, name ?? `unnamed-${index}.ts`);
      writeFileSync(file, code ?? '');
      return file;
    });
  });
}

function diagnose(files: readonly string[]): readonly string[] {
  const configFile = resolve(workspace, 'tsconfig.lint.json');
  const { config } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, workspace);
  // The lib of the first page, for the service that publishes for it.
  const lib = { '@fedistream/notes-streams': [resolve(directory, 'first-stream', 'index.ts')] };
  const program = ts.createProgram(files, { ...options, paths: { ...options.paths, ...lib } });
  return files.flatMap((file) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(file))
      .map(({ messageText }) => `${basename(file)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
  );
}

const files = writeBlocks();

describe('the pages about streams', () => {
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  it('have code that compiles against the kit as it is now', () => {
    expect(files.length).toBeGreaterThan(8);
    expect(diagnose(files)).toEqual([]);
  }, 60_000);

  it('name a folder that exists for each recipe, and every member that streams and modules have', () => {
    const text = readFileSync(resolve(documents, 'recipes.md'), 'utf8');
    for (const [, lib] of text.matchAll(/`libs\/([\w-]+-streams)`/g)) {
      expect(readdirSync(resolve(workspace, 'libs', lib ?? ''))).toContain('src');
    }
    const reference = readFileSync(resolve(documents, 'reference.md'), 'utf8');
    const stream = readFileSync(new URL('declaration/declaration-problems.ts', import.meta.url), 'utf8');
    const module = readFileSync(new URL('modules/stream-module.ts', import.meta.url), 'utf8');
    const ofModule = /interface StreamModuleOptions[^]*?\n\}/.exec(module)?.[0] ?? '';
    const members = [...stream.matchAll(/^ {2}(\w+): true,$/gm), ...ofModule.matchAll(/^ {2}readonly (\w+)\??:/gm)];
    expect(members.map(([, member]) => member)).toEqual(expect.arrayContaining(['accepts', 'owner']));
    for (const [, member] of members) {
      expect(reference).toContain(`| \`${member ?? ''}\``);
    }
  });
});

// The tests that the first page shows, as a reader would run them.
for (const file of files.filter((each) => each.endsWith('.spec.ts'))) {
  await import(/* @vite-ignore */ file);
}
