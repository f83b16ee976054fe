import type { Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import streamGenerator from './generator.js';
import { streamNames } from './stream-names.js';
import { workspaceRoot, workspaceTree } from './testing/workspace-tree.js';

/** What the compiler says about files that exist in the tree alone, seen as part of the real workspace. */
function complaints(tree: Tree, files: readonly string[]): string[][] {
  const configFile = resolve(workspaceRoot, 'tsconfig.lint.json');
  const { config } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)) as { config: unknown };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, workspaceRoot);
  const texts = new Map(files.map((file) => [resolve(workspaceRoot, file), tree.read(file, 'utf8') ?? '']));
  const host = ts.createCompilerHost(options);
  const readFile = host.readFile.bind(host);
  host.readFile = (path) => texts.get(path) ?? readFile(path);
  host.fileExists = (path) => texts.has(path) || ts.sys.fileExists(path);
  host.directoryExists = (path) => path.includes('made-streams/src') || ts.sys.directoryExists(path);
  const program = ts.createProgram([...texts.keys()], options, host);
  return [...texts.keys()].map((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
  );
}

describe('what the stream generator writes', () => {
  it.each(['chosen-by-publisher', 'per-viewer'] as const)(
    'compiles against the kit as it is now, for the audience %s',
    async (audience) => {
      const tree = workspaceTree(createTreeWithEmptyWorkspace({ formatter: 'none' }));
      await streamGenerator(tree, {
        name: 'made:for:this-test',
        project: 'made-streams',
        team: 'team-made',
        audience,
        params: 'draft:recordId,note:text,kind:optional(oneOf(text,poll)),tag:hashtag',
      });
      const written = tree.listChanges().filter(({ path }) => /^libs\/made-streams\/.*\.ts$/.test(path));
      expect(written).toHaveLength(4);
      expect(
        complaints(
          tree,
          written.map(({ path }) => path),
        ),
      ).toEqual([[], [], [], []]);
    },
    60_000,
  );
});

describe('the names that the stream generator refuses', () => {
  it('are those that the kit does not let start', () => {
    const kit = readFileSync(resolve(workspaceRoot, 'libs/stream-kit/src/declaration/reserved-names.ts'), 'utf8');
    const list = /reservedNames[^=]*= \[([^\]]*)\]/.exec(kit)?.[1] ?? '';
    const names = [...list.matchAll(/'([^']+)'/g)].map(([, name]) => name ?? '');
    expect(names).toContain('health');
    for (const name of names) {
      expect(() => streamNames(name)).toThrow("is the server's own");
    }
  });
});
