import nx from '@nx/eslint-plugin';
import jsdoc from 'eslint-plugin-jsdoc';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Who may import whom. Every direction is written out: what is not here is an error. */
const rooms = [
  { sourceTag: 'domain', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'core', onlyDependOnLibsWithTags: ['domain'] },
  { sourceTag: 'kit', onlyDependOnLibsWithTags: ['core', 'domain'] },
  { sourceTag: 'stream', onlyDependOnLibsWithTags: ['kit'] },
  { sourceTag: 'adapter', onlyDependOnLibsWithTags: ['core', 'domain'] },
  { sourceTag: 'client', onlyDependOnLibsWithTags: ['domain'] },
  { sourceTag: 'tool', onlyDependOnLibsWithTags: ['tool', 'client', 'domain'] },
  {
    sourceTag: 'app',
    onlyDependOnLibsWithTags: ['domain', 'core', 'kit', 'stream', 'adapter', 'client', 'tool'],
  },
];

/** Packages that only some rooms may know: a stream or a rule must never touch a socket, Redis or SQL. */
const drivers = ['ioredis', 'typeorm', 'pg', 'ws', 'fastify', '@electric-sql/pglite'];
const frameworks = ['@nestjs/*', 'rxjs', 'rxjs/*'];
const forbid = (files, packages, message) => ({
  files,
  ignores: ['**/*.spec.ts'],
  rules: { 'no-restricted-imports': ['error', { patterns: [{ group: packages, message }] }] },
});

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
      '@nx/enforce-module-boundaries': ['error', { allow: [], depConstraints: rooms }],
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
  {
    files: ['**/*.spec.ts'],
    rules: {
      'jsdoc/require-jsdoc': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  forbid(
    ['libs/domain/**/*.ts'],
    [...frameworks, ...drivers, 'node:*'],
    'domain is plain TypeScript: no framework, no I/O.',
  ),
  forbid(['libs/streams/**/*.ts'], ['@nestjs/*', ...drivers], 'A stream is written with the kit and rxjs alone.'),
  forbid(
    [
      'libs/event-bus/**/*.ts',
      'libs/auth/**/*.ts',
      'libs/audience/**/*.ts',
      'libs/delivery/**/*.ts',
      'libs/stream-kit/**/*.ts',
    ],
    drivers,
    'Core speaks to the outside through a port; the driver belongs into an adapter or the app.',
  ),
  prettier,
);
