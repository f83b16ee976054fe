import nx from '@nx/eslint-plugin';
import jsdoc from 'eslint-plugin-jsdoc';
import jsonc from 'jsonc-eslint-parser';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { builtinModules } from 'node:module';

/** The allowed directions of imports. Every direction is written out: what is not here is an error. */
const directions = [
  { sourceTag: 'util', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'domain', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'core', onlyDependOnLibsWithTags: ['domain', 'util'] },
  { sourceTag: 'kit', onlyDependOnLibsWithTags: ['core', 'domain', 'util'] },
  { sourceTag: 'stream', onlyDependOnLibsWithTags: ['kit'] },
  // A team's lib: no other team's is among them.
  { sourceTag: 'type:stream-module', onlyDependOnLibsWithTags: ['kit'] },
  { sourceTag: 'adapter', onlyDependOnLibsWithTags: ['core', 'domain', 'util'] },
  { sourceTag: 'client', onlyDependOnLibsWithTags: ['domain'] },
  { sourceTag: 'demo', onlyDependOnLibsWithTags: ['domain'] },
  { sourceTag: 'tool', onlyDependOnLibsWithTags: ['tool', 'demo', 'client', 'domain', 'util'] },
  {
    sourceTag: 'app',
    onlyDependOnLibsWithTags: [
      'domain',
      'util',
      'core',
      'kit',
      'stream',
      'type:stream-module',
      'adapter',
      'client',
      'demo',
    ],
  },
];

/** Which packages they may know: a stream or a rule must never touch a socket, Redis or SQL. App and tools are free. */
const packages = [
  { sourceTag: 'util', allowedExternalImports: [] },
  { sourceTag: 'domain', allowedExternalImports: [] },
  {
    sourceTag: 'core',
    allowedExternalImports: ['@nestjs/common', '@nestjs/microservices', 'rxjs', 'htmlparser2', 'punycode.js', 'yaml'],
  },
  { sourceTag: 'kit', allowedExternalImports: ['@nestjs/common', '@nestjs/core', 'rxjs', 'semver'] },
  { sourceTag: 'stream', allowedExternalImports: ['rxjs'] },
  { sourceTag: 'type:stream-module', allowedExternalImports: ['*'] },
  { sourceTag: 'adapter:redis', allowedExternalImports: ['@nestjs/common', 'ioredis', 'rxjs'] },
  {
    sourceTag: 'adapter:database',
    allowedExternalImports: [
      '@nestjs/common',
      'typeorm',
      'pg',
      'pg-connection-string',
      '@electric-sql/pglite',
      '@electric-sql/pglite-socket',
      'dataloader',
      'p-limit',
    ],
  },
  { sourceTag: 'client', allowedExternalImports: ['@nestjs/common', '@nestjs/microservices', 'rxjs', 'ioredis'] },
  { sourceTag: 'demo', allowedExternalImports: ['rxjs'] },
];

/** Tests walk in the same directions, those of the app also to the tools, with whatever packages they need. */
const tests = ['**/*.spec.ts', '**/*.bench.ts', '**/testing/**/*.ts', 'apps/streaming-e2e/**/*.ts'];
const directionsOfTests = directions.map(({ sourceTag, onlyDependOnLibsWithTags: tags }) => ({
  sourceTag,
  onlyDependOnLibsWithTags: sourceTag === 'app' ? [...tags, 'tool'] : tags,
}));

const boundaries = (depConstraints) => ({
  '@nx/enforce-module-boundaries': ['error', { allow: [], depConstraints }],
});

/** Node's own modules, with and without `node:`: Nx does not see them. (A slash would end a selector's pattern.) */
const nodeModules = `(node:|(${builtinModules.join('|').replaceAll('/', '.')})$)`;
const anyImport = ':matches(ImportDeclaration, ImportExpression, ExportAllDeclaration, ExportNamedDeclaration)';
const forbid = (files, names, message) => ({
  files,
  ignores: tests,
  rules: { 'no-restricted-syntax': ['error', { selector: `${anyImport}[source.value=/^${names}/]`, message }] },
});

/** The rooms of the app: each may import those that it stands on, and no other. `bootstrap` stands on all of them. */
const rooms = {
  connections: [],
  observability: ['connections'],
  http: ['connections', 'observability'],
  websocket: ['connections', 'observability', 'http'],
  admin: ['connections', 'observability'],
  demo: [],
  history: [],
};
const roomRules = Object.entries(rooms).map(([room, below]) =>
  forbid(
    [`apps/streaming/src/${room}/**/*.ts`],
    `(\\.\\..)+(?!(${[room, ...below].join('|')}).)[a-z]`,
    `${room} stands on ${below.join(', ') || 'libs'} only: nothing in the app imports upward.`,
  ),
);

/**
 * Readings of a running server that race with it: a log line and a count may come behind the response. Tests wait for
 * what they expect; what has been read so far proves only that something is absent.
 */
export const readingOnce = [
  [`CallExpression[callee.name='expect'] > AwaitExpression > CallExpression[callee.name='metric']`, 'untilMetric()'],
  [
    `MemberExpression[property.name!='not'] > CallExpression[callee.name='expect'] > MemberExpression[property.name='outputSoFar']`,
    'server.printed(), or server.output() after the end',
  ],
  [`MemberExpression[property.name=/^(find|findLast|some|at)$/][object.property.name='logSoFar']`, 'server.logged()'],
].map(([selector, instead]) => ({ selector, message: `This is read once, perhaps too early. Use ${instead}.` }));

/** What a package need not declare: what its tests import. */
const dependencies = {
  ignoredFiles: ['{projectRoot}/**/*.spec.ts', '{projectRoot}/src/**/testing/**', '{projectRoot}/src/testing/**'],
};

export default tseslint.config(
  { ignores: ['**/dist', '**/node_modules', '.nx', '.cache', '.fedistream', 'coverage'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.lint.json'], tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@nx': nx, jsdoc },
    settings: { jsdoc: { mode: 'typescript' } },
    rules: {
      ...boundaries([...directions, ...packages]),
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      // Every exported symbol says what it promises, where it is read.
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          require: {
            FunctionDeclaration: true,
            ClassDeclaration: true,
            ArrowFunctionExpression: true,
          },
          contexts: [
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            'ExportNamedDeclaration > VariableDeclaration',
          ],
          enableFixer: false,
        },
      ],
    },
  },
  { files: tests, rules: boundaries(directionsOfTests) },
  {
    files: ['apps/streaming-e2e/**/*.ts'],
    ignores: ['apps/streaming-e2e/src/support/server.ts'],
    rules: { 'no-restricted-syntax': ['error', ...readingOnce] },
  },
  {
    files: ['**/*.spec.ts'],
    rules: {
      'jsdoc/require-jsdoc': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // Each lib declares what it imports, so that it can be packed and installed by itself.
    files: ['libs/*/package.json', 'apps/streaming/package.json', 'tools/demo/package.json'],
    plugins: { '@nx': nx },
    languageOptions: { parser: jsonc },
    rules: {
      '@nx/dependency-checks': ['error', dependencies],
    },
  },
  {
    // The app loads the modules of streams by their names.
    files: ['apps/streaming/package.json'],
    rules: { '@nx/dependency-checks': ['error', { ...dependencies, checkObsoleteDependencies: false }] },
  },
  {
    // The generator names what providers need, before a team has written one.
    files: ['libs/*-streams/package.json'],
    rules: { '@nx/dependency-checks': ['error', { ...dependencies, checkObsoleteDependencies: false }] },
  },
  {
    // What the kit offers to tests is part of it.
    files: ['libs/stream-kit/package.json'],
    rules: { '@nx/dependency-checks': ['error', { ignoredFiles: ['{projectRoot}/**/*.{spec,bench}.ts'] }] },
  },
  forbid(['libs/domain/**/*.ts', 'libs/util/**/*.ts'], nodeModules, 'Domain and util do no I/O.'),
  forbid(['libs/*-streams/**/*.ts'], '@fedistream.stream-kit.', 'Streams enter the kit by its front door.'),
  forbid(
    ['libs/streams/**/*.ts'],
    `(${nodeModules}|@fedistream.stream-kit.)`,
    'Streams do no I/O, and enter the kit by its front door.',
  ),
  forbid(
    [
      'libs/event-bus/**/*.ts',
      'libs/auth/**/*.ts',
      'libs/audience/**/*.ts',
      'libs/delivery/**/*.ts',
      'libs/history/**/*.ts',
      'libs/stream-kit/**/*.ts',
    ],
    `(?!node:(?:url|crypto|buffer)$)${nodeModules}`, // these do nothing but compute
    'Core speaks to the outside through a port; what does I/O belongs into an adapter or the app.',
  ),
  ...roomRules,
  forbid(['apps/streaming/src/main.ts'], '\\..(?!bootstrap.)', 'The entry file imports bootstrap only.'),
  prettier,
);
