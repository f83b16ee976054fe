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
  it('compiles against the kit and the list of streams as they are now', async () => {
    const tree = createTreeWithEmptyWorkspace({ formatter: 'none' });
    tree.write(list, readFileSync(resolve(workspace, list), 'utf8'));
    await streamGenerator(tree, { name: 'made:for:this-test', scopes: 'admin:read' });
    const file = 'libs/streams/src/made-for-this-test.stream';

    const broken = `${file}.without-scopes.ts`;
    tree.write(broken, (tree.read(`${file}.ts`, 'utf8') ?? '').replace(/scopes: .*\n/, ''));

    const [source, spec, index, withoutScopes] = complaints(tree, [`${file}.ts`, `${file}.spec.ts`, list, broken]);
    expect([source, spec, index]).toEqual([[], [], []]);
    expect(withoutScopes?.join(), 'the compiler must have seen the kit').toContain("'scopes'");
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
