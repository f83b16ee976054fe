import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { profileEntries, type CpuProfile } from './cpu-profile.js';
import { table } from '../report/table.js';

const entriesShown = 10;

/** The ten largest entries of a profile, in µs per delivery (or per connection) and as a part of all. */
export function profileReport(title: string, profile: CpuProfile, units: number): string {
  const entries = profileEntries(profile);
  const total = entries.reduce((sum, { micros }) => sum + micros, 0);
  const rows = entries
    .slice(0, entriesShown)
    .map(({ name, place, micros }) => [micros / units, `${((100 * micros) / total).toFixed(1)} %`, name, place]);
  const head = `${title}: ${(total / units).toFixed(1)} µs each, ${units} of them, ${entries.length} functions`;
  return `${head}\n\n${table(['µs', 'part', 'function', 'place'], rows)}`;
}

/** Writes a profile to `NAME.cpuprofile` in this directory, which is created if it does not exist. */
export function writeProfile(directory: string, name: string, profile: CpuProfile): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${name}.cpuprofile`), JSON.stringify(profile));
}
