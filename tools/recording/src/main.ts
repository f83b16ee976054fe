import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { end, record } from './record.js';
import { renderRecording, type TimedLine } from './render-recording.js';

/** `npm run record`: starts the built server as `npm start` does, opens a stream, and draws the output of both. */
const [target = 'docs/running.svg'] = process.argv.slice(2);
const url = 'http://127.0.0.1:4000/api/v1/streaming/public';
const directory = await mkdtemp(join(tmpdir(), 'fedistream-recording-'));
const server = await record(
  {
    typed: 'npm ci && npm start',
    program: process.execPath,
    args: ['--enable-source-maps', 'apps/streaming/dist/main.js'],
    env: { FEDISTREAM_DATA_DIR: directory },
    maxLines: 8,
    leaveOut: (line) => line.startsWith('{'),
  },
  0,
);
let client: Awaited<ReturnType<typeof record>> | undefined;
try {
  const authorization = 'Authorization: Bearer demo-read';
  const pause = 1.5;
  client = await record(
    {
      typed: `curl -N -H '${authorization}' ${url}`,
      program: 'curl',
      args: ['--silent', '--no-buffer', '--header', authorization, url],
      maxLines: 13,
    },
    secondsOf(server.lines) + pause,
  );
  await writeFile(target, renderRecording([...server.lines, { text: '', seconds: 0 }, ...client.lines]));
} finally {
  await end(server.child);
  if (client) {
    await end(client.child);
  }
  await rm(directory, { recursive: true });
}

function secondsOf(lines: readonly TimedLine[]): number {
  return lines.at(-1)?.seconds ?? 0;
}
