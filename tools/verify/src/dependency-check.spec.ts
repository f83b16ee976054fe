import { expect, it } from 'vitest';

import { withWrongDependencies } from './dependency-check.js';

it('withWrongDependencies removes one package, adds another, and keeps the packages of the workspace', () => {
  const manifest = { name: 'a', dependencies: { '@fedistream/domain': '0.1.0', yaml: '^2.0.0', zod: '^4.0.0' } };
  const { dependencies } = JSON.parse(withWrongDependencies(JSON.stringify(manifest))) as typeof manifest;
  expect(Object.keys(dependencies)).toEqual(['zod', 'pg']);
});
