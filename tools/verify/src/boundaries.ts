import { ESLint, type Linter } from 'eslint';

import type { Check } from './check.js';
import { workspace } from './workspace.js';

const nxRule = '@nx/enforce-module-boundaries';
const nodeRule = 'no-restricted-syntax';

/** An import written into a file, and the rule that must refuse it; `undefined` where it must be accepted. */
export interface Probe {
  readonly file: string;
  readonly imports: string;
  readonly refusedBy: string | undefined;
}

/** The forms of an import, one line each. A rule MUST refuse all of them. */
const importForms: readonly ((name: string) => string)[] = [
  (name) => `import '${name}';`,
  (name) => `export * from '${name}';`,
  (name) => `await import('${name}');`,
];

/** Imports of a file that this rule must refuse. */
const refuse = (file: string, refusedBy: string, ...names: readonly string[]): Probe[] =>
  names.map((imports) => ({ file, imports, refusedBy }));

/** Imports of a file that must be accepted. */
const accept = (file: string, ...names: readonly string[]): Probe[] =>
  names.map((imports) => ({ file, imports, refusedBy: undefined }));

/** For each project, imports that must be refused (projects, packages, Node modules) and some that must be accepted. */
export const probes: readonly Probe[] = [
  ...refuse('libs/domain/src/index.ts', nxRule, '@fedistream/redis', '@nestjs/common', 'rxjs', 'zod', 'pino'),
  ...refuse('libs/domain/src/index.ts', nodeRule, 'node:fs', 'fs', 'fs/promises', 'events', 'node:sqlite'),

  ...refuse('libs/event-bus/src/index.ts', nxRule, '@fedistream/audience', 'fastify', 'ioredis'),
  ...refuse('libs/auth/src/index.ts', nxRule, '@nestjs/platform-fastify', 'prom-client'),
  ...refuse('libs/audience/src/index.ts', nxRule, 'typeorm', 'dataloader'),
  ...refuse('libs/delivery/src/index.ts', nxRule, 'ws'),
  ...refuse('libs/delivery/src/index.ts', nodeRule, 'node:http', 'net'),
  ...accept('libs/event-bus/src/index.ts', '@fedistream/domain', '@nestjs/microservices', 'rxjs'),
  ...accept('libs/audience/src/index.ts', 'node:url'),

  ...refuse('libs/stream-kit/src/index.ts', nxRule, '@fedistream/database', '@nestjs/microservices'),
  ...refuse('libs/stream-kit/src/index.ts', nodeRule, 'node:stream'),

  ...refuse('libs/streams/src/index.ts', nxRule, '@fedistream/event-bus', '@fedistream/redis'),
  ...refuse('libs/streams/src/index.ts', nxRule, 'ioredis', 'dataloader', '@nestjs/common'),
  ...refuse('libs/streams/src/index.ts', nodeRule, 'node:net', 'net'),
  ...refuse('libs/streams/src/index.ts', nodeRule, '@fedistream/stream-kit/server', '@fedistream/stream-kit/testing'),
  ...accept('libs/streams/src/index.ts', '@fedistream/stream-kit', 'rxjs'),
  ...accept('libs/streams/src/list.stream.spec.ts', '@fedistream/stream-kit/testing'),

  // A team's lib knows the kit and its own packages; no other team's, and not the server's door to the kit.
  ...refuse('libs/drafts-streams/src/index.ts', nxRule, '@fedistream/moderation-streams', '@fedistream/streams'),
  ...refuse('libs/drafts-streams/src/index.ts', nxRule, '@fedistream/database', '@fedistream/audience'),
  ...refuse('libs/drafts-streams/src/index.ts', nodeRule, '@fedistream/stream-kit/server'),
  ...accept('libs/drafts-streams/src/index.ts', '@fedistream/stream-kit', 'typeorm', '@nestjs/common', 'node:fs'),

  ...refuse('libs/redis/src/index.ts', nxRule, '@fedistream/stream-kit', '@fedistream/database', 'typeorm', 'pg'),
  ...accept('libs/redis/src/index.ts', 'ioredis', 'node:tls'),
  ...refuse('libs/database/src/index.ts', nxRule, '@fedistream/redis', 'ioredis'),
  ...accept('libs/database/src/index.ts', 'typeorm', '@electric-sql/pglite'),

  ...refuse('libs/publisher/src/index.ts', nxRule, '@fedistream/event-bus', 'ws'),
  ...refuse('tools/demo/src/index.ts', nxRule, '@fedistream/services', 'ioredis'),
  ...refuse('apps/streaming/src/main.ts', nxRule, '@fedistream/bench', '@fedistream/services', '@fedistream/verify'),
  ...accept(
    'apps/streaming/src/bootstrap/app.module.ts',
    '@fedistream/demo',
    '@fedistream/streams',
    '@fedistream/redis',
    'fastify',
  ),

  // The app's rooms: bootstrap > websocket > http > observability > connections, and demo.
  ...refuse(
    'apps/streaming/src/connections/readiness.ts',
    nodeRule,
    '../http/fastify.js',
    '../observability/metrics.js',
  ),
  ...refuse('apps/streaming/src/connections/sub/readiness.ts', nodeRule, '../../websocket/client-socket.js'),
  ...refuse('apps/streaming/src/observability/metrics.ts', nodeRule, '../http/fastify.js', '../bootstrap/settings.js'),
  ...refuse('apps/streaming/src/http/fastify.ts', nodeRule, '../websocket/client-socket.js', '../demo/demo.module.js'),
  ...refuse('apps/streaming/src/websocket/client-socket.ts', nodeRule, '../bootstrap/settings.js', '../main.js'),
  ...refuse('apps/streaming/src/demo/demo.module.ts', nodeRule, '../connections/readiness.js'),
  ...refuse('apps/streaming/src/admin/admin-server.ts', nodeRule, '../http/fastify.js', '../bootstrap/settings.js'),
  ...accept('apps/streaming/src/http/fastify.ts', '../observability/refusal-log.js', './http-request.js', 'node:net'),
  ...accept('apps/streaming/src/websocket/upgrade-handler.ts', '../http/fastify.js', '../connections/readiness.js'),
  ...accept('apps/streaming/src/bootstrap/app.module.ts', '../websocket/websocket.module.js'),

  // Tests choose their packages and Node's modules, but not their direction.
  ...refuse('libs/delivery/src/framing.spec.ts', nxRule, '@fedistream/redis'),
  ...accept('libs/delivery/src/framing.spec.ts', 'ws', 'node:http'),
  ...accept('apps/streaming-e2e/src/support/world.ts', '@fedistream/services'),
];

/** Checks that the import rules refuse what they must. Without this check, a disabled rule would go unnoticed. */
export const boundaries: Check = {
  name: 'boundaries',
  async run() {
    const eslint = new ESLint({
      cwd: workspace,
      // An import needs no types, and reading the whole program would take many times as long.
      overrideConfig: { languageOptions: { parserOptions: { project: null } } },
      ruleFilter: ({ ruleId }) => ruleId === nxRule || ruleId === nodeRule,
    });
    const wrong: string[] = [];
    for (const probe of probes) {
      const text = importForms.map((way) => way(probe.imports)).join('\n');
      const [result] = await eslint.lintText(text, { filePath: probe.file });
      const complaint = complaintAbout(probe, result?.messages ?? []);
      if (complaint !== undefined) {
        wrong.push(complaint);
      }
    }
    return wrong.length > 0 ? wrong.join('\n') : undefined;
  },
};

/** The problem with ESLint's messages for a probe that was written in all {@link importForms}; `undefined` when there is none. */
export function complaintAbout(
  { file, imports, refusedBy }: Probe,
  messages: readonly Pick<Linter.LintMessage, 'ruleId' | 'line'>[],
): string | undefined {
  if (refusedBy === undefined) {
    const rules = new Set(messages.map(({ ruleId }) => ruleId ?? 'a parser error'));
    return rules.size === 0 ? undefined : `${file} may import ${imports}, but was refused by ${[...rules].join(', ')}`;
  }
  const refused = new Set(messages.filter(({ ruleId }) => ruleId === refusedBy).map(({ line }) => line));
  const missed = importForms.filter((_, index) => !refused.has(index + 1)).map((way) => way(imports));
  return missed.length === 0 ? undefined : `${file}: ${refusedBy} does not refuse ${missed.join(' ')}`;
}
