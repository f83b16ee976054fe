import { describe, expect, it } from 'vitest';
import { withStream } from './stream-list.js';
import { streamNames } from './stream-names.js';

const names = streamNames('admin:reports');

describe('withStream', () => {
  it('adds the class behind the others and imports it, and changes nothing else', () => {
    const source = `import { DirectStream } from './direct.stream.js';

/** The streams. */
export const streams = [DirectStream]; // all of them
`;
    expect(withStream(source, names)).toBe(`import { DirectStream } from './direct.stream.js';
import { AdminReportsStream } from './admin-reports.stream.js';

/** The streams. */
export const streams = [DirectStream, AdminReportsStream]; // all of them
`);
  });

  it('fills an empty list', () => {
    expect(withStream('export const streams = [];\n', names)).toBe(
      `import { AdminReportsStream } from './admin-reports.stream.js';\nexport const streams = [AdminReportsStream];\n`,
    );
  });

  it('keeps a trailing comma where it is', () => {
    expect(withStream('export const streams = [\n  A,\n  B,\n];\n', names)).toContain('  B, AdminReportsStream,\n];');
  });

  it('refuses a module without the list', () => {
    expect(() => withStream('export const others = [];\n', names)).toThrow('no `export const streams = [...]`');
  });
});
