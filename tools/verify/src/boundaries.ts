import { ESLint, type Linter } from 'eslint';

import type { Check } from './check.js';
import { workspace } from './workspace.js';

const nxRule = '@nx/enforce-module-boundaries';
const packageRule = 'no-restricted-imports';

/** An import written into a file, and the rule that must refuse it; `undefined` where it must be accepted. */
export interface Probe {
  readonly file: string;
  readonly imports: string;
  readonly refusedBy: string | undefined;
}

/** One for each direction between the rooms that must not be walked, and some that may. */
export const probes: readonly Probe[] = [
  { file: 'libs/domain/src/index.ts', imports: '@fedistream/redis', refusedBy: nxRule },
  { file: 'libs/domain/src/index.ts', imports: '@nestjs/common', refusedBy: packageRule },
  { file: 'libs/domain/src/index.ts', imports: 'node:fs', refusedBy: packageRule },
  { file: 'libs/event-bus/src/index.ts', imports: '@fedistream/audience', refusedBy: nxRule },
  { file: 'libs/audience/src/index.ts', imports: 'typeorm', refusedBy: packageRule },
  { file: 'libs/delivery/src/index.ts', imports: 'ws', refusedBy: packageRule },
  { file: 'libs/stream-kit/src/index.ts', imports: '@fedistream/database', refusedBy: nxRule },
  { file: 'libs/streams/src/index.ts', imports: '@fedistream/event-bus', refusedBy: nxRule },
  { file: 'libs/streams/src/index.ts', imports: '@fedistream/redis', refusedBy: nxRule },
  { file: 'libs/streams/src/index.ts', imports: 'ioredis', refusedBy: packageRule },
  { file: 'libs/redis/src/index.ts', imports: '@fedistream/stream-kit', refusedBy: nxRule },
  { file: 'libs/publisher/src/index.ts', imports: '@fedistream/event-bus', refusedBy: nxRule },
  { file: 'libs/event-bus/src/index.ts', imports: '@fedistream/domain', refusedBy: undefined },
  { file: 'libs/streams/src/index.ts', imports: '@fedistream/stream-kit', refusedBy: undefined },
  { file: 'libs/redis/src/index.ts', imports: 'ioredis', refusedBy: undefined },
];

/** The rules that keep the rooms apart do refuse what they should: a rule that was switched off would fail nobody. */
export const boundaries: Check = {
  name: 'boundaries',
  async run() {
    const eslint = new ESLint({
      cwd: workspace,
      // An import needs no types, and reading the whole program would take many times as long.
      overrideConfig: { languageOptions: { parserOptions: { project: null } } },
      ruleFilter: ({ ruleId }) => ruleId === nxRule || ruleId === packageRule,
    });
    const wrong: string[] = [];
    for (const probe of probes) {
      const [result] = await eslint.lintText(`import '${probe.imports}';\n`, { filePath: probe.file });
      const complaint = complaintAbout(probe, result?.messages ?? []);
      if (complaint !== undefined) {
        wrong.push(complaint);
      }
    }
    return wrong.length > 0 ? wrong.join('\n') : undefined;
  },
};

/** What is wrong about the messages that ESLint gave for the probe. */
export function complaintAbout(
  probe: Probe,
  messages: readonly Pick<Linter.LintMessage, 'ruleId'>[],
): string | undefined {
  const { file, imports, refusedBy } = probe;
  const rules = messages.map(({ ruleId }) => ruleId ?? 'a parser error');
  if (refusedBy === undefined) {
    return rules.length === 0 ? undefined : `${file} may import ${imports}, but was refused by ${rules.join(', ')}`;
  }
  return rules.includes(refusedBy) ? undefined : `${file} imports ${imports}, and ${refusedBy} does not refuse it`;
}
