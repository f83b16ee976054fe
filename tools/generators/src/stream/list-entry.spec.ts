import { describe, expect, it } from 'vitest';
import { withExport, withListEntry } from './list-entry.js';

const entry = { list: 'streams', entry: 'reports', importLine: `import { reports } from './reports.js';` };

describe('an entry of a list', () => {
  it('is added after the others and imported, and nothing else changes', () => {
    const source = `import { direct } from './direct.js';\n\n/** The module. */\nexport default streamModule({ streams: [direct] }); // all\n`;
    expect(withListEntry(source, entry)).toBe(
      `import { direct } from './direct.js';\nimport { reports } from './reports.js';\n\n/** The module. */\nexport default streamModule({ streams: [direct, reports] }); // all\n`,
    );
  });

  it('begins an empty list', () => {
    expect(withListEntry('export const streams = [];\n', entry)).toBe(
      `import { reports } from './reports.js';\nexport const streams = [reports];\n`,
    );
  });

  it('keeps a trailing comma where it is', () => {
    expect(withListEntry('const streams = [\n  A,\n  B,\n];\n', entry)).toContain('  B, reports,\n];');
  });

  it('is not added twice', () => {
    const once = withListEntry('export const streams = [];\n', entry);
    expect(withListEntry(once, entry)).toBe(once);
  });

  it('is refused where there is no such list', () => {
    expect(() => withListEntry('export const others = [];\n', entry)).toThrow('There is no list "streams: [...]"');
  });
});

describe('an export of a module', () => {
  const line = "export * from './b.contract.js';";

  it('stands after the imports, or after the other exports', () => {
    expect(withExport("import x from 'x';\n\nconst a = x;\n", line)).toBe(
      `import x from 'x';\n\n${line}\n\nconst a = x;\n`,
    );
    expect(withExport("import x from 'x';\n\nexport * from './a.js';\n\nconst a = x;\n", line)).toBe(
      `import x from 'x';\n\nexport * from './a.js';\n${line}\n\nconst a = x;\n`,
    );
  });

  it('is not added twice', () => {
    const once = withExport('const a = 1;\n', line);
    expect(withExport(once, line)).toBe(once);
  });
});
