import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import streamGenerator from './generator.js';
import { streamNames } from './stream-names.js';

const workspace = fileURLToPath(new URL('../../../../', import.meta.url));
const list = 'libs/streams/src/index.ts';

/** What the compiler says about files that exist in the tree alone, seen as part of the real workspace. */
function complaints(tree: Tree, files: readonly string[]): string[][] {
  const configFile = resolve(workspace, 'tsconfig.lint.json');
  const { config } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, workspace);
  const texts = new Map(files.map((file) => [resolve(workspace, file), tree.read(file, 'utf8') ?? '']));
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || ts.sys.fileExists(path);
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].map((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

describe('what the stream generator writes', () => {
  it('compiles against the kit and the list of streams as they are now, and no longer when it is broken', async () => {
    const tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
    tree.write(list, readFileSync(resolve(workspace, list), 'utf8'));
    await streamGenerator(tree, { name: 'made:for:this-test', scopes: 'admin:read' });
    const file = 'libs/streams/src/made-for-this-test.stream';

    const written = tree.read(`${file}.ts`, 'utf8') ?? '';
    const broken = [
      { text: written.replace(/scopes: .*\n/, ''), says: "'scopes'" },
      { text: written.replace('audience:', 'parms: {}, audience:'), says: 'a declaration has no \\"parms\\"' },
      {
        text: written.replace(/audience: .*\n/, "audience: 'chosen-by-publisher', closedBy: 'live-feeds',\n"),
        says: 'no feed setting closes a stream whose audience the publisher has chosen',
      },
      {
        text: written.replace('  channels()', '  authorise() { return false; }\n  channels()'),
        says: 'no stream is asked for \\"authorise\\"; a helper is private',
      },
    ];
    const brokenFiles = broken.map(({ text }, index) => {
      tree.write(`${file}.broken-${index}.ts`, text);
      return `${file}.broken-${index}.ts`;
    });

    const [source, spec, index, ...refusals] = complaints(tree, [
      `${file}.ts`,
      `${file}.spec.ts`,
      list,
      ...brokenFiles,
    ]);
    expect([source, spec, index]).toEqual([[], [], []]);
    expect(refusals.map((each) => each.join())).toEqual(
      broken.map(({ says }) => expect.stringContaining(says) as string),
    );
  }, 60_000);
});

describe('the names that the stream generator refuses', () => {
  it('are those that the kit does not let start', () => {
    const kit = readFileSync(resolve(workspace, 'libs/stream-kit/src/reserved-names.ts'), 'utf8');
    const list = /reservedNames[^=]*= \[([^\]]*)\]/.exec(kit)?.[1] ?? '';
    const names = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '');
    expect(names).toContain('health');
    for (const name of names) {
      expect(() => streamNames(name)).toThrow("is the server's own");
    }
  });
});
