import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { commandsOf } from '../documents/document-commands.js';
import { RunningCommand } from '../documents/running-command.js';
import { copyEmbedded, publishEvent, Server, until } from '../support/index.js';

/** A server with the settings of `npm start`, and a directory for files of the test. */
async function startDemo(): Promise<{ readonly server: Server; readonly directory: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'fedistream-newcomer-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  await copyEmbedded(join(directory, 'database'));
  const server = await Server.start({
    BROKER: 'memory',
    DATABASE: 'embedded',
    DEMO: 'true',
    FEDISTREAM_DATA_DIR: join(directory, 'database'),
  });
  onTestFinished(() => server.stop().then(() => undefined));
  return { server, directory };
}

it('the two lines of the README show a new user that nothing is lost, with the settings of npm start', async () => {
  const { server, directory } = await startDemo();
  const seen = join(directory, 'seen');
  const lines = (await commandsOf('README.md'))
    .map(({ text }) => text)
    .filter((text) => text.includes('/tmp/seen'))
    .map((text) => text.replaceAll('/tmp/seen', seen).replace('http://127.0.0.1:4000', server.address));
  const [listen = '', goOn = ''] = lines;
  expect(lines).toHaveLength(2);
  const read = () => readFile(seen, 'utf8').catch(() => '');

  // It ends itself after 5 s.
  const listening = new RunningCommand(listen);
  await until('an event with a position', async () => {
    await publishEvent(server.publisher, 'timeline:public', 'delete', '1');
    return /event: delete\n.*\nid: /.test(await read());
  });
  await listening.succeeds().catch(() => undefined);
  const missed = ['7001', '7002', '7003'];
  for (const id of missed) {
    await publishEvent(server.publisher, 'timeline:public', 'delete', id);
  }
  const going = new RunningCommand(goOn);
  await going.prints(/data: 7003\n/);
  expect(going.output).toMatch(/^stream-resumed: true\r$/im);
  expect(Array.from(going.output.matchAll(/^data: (700\d)$/gm), ([, id]) => id)).toEqual(missed);
});

it('the script of the README shows that a client that is disconnected receives each event once, in order', async () => {
  const { server } = await startDemo();
  const script = (await commandsOf('README.md')).find(({ text }) => text.includes('disconnect.mjs'))?.text ?? '';
  const shown = new RunningCommand(`${script} ${server.address} 2`);
  const published: string[] = [];
  const timer = setInterval(() => {
    published.push(String(7_000 + published.length));
    void publishEvent(server.publisher, 'timeline:public', 'delete', published.at(-1));
  }, 100);
  try {
    await shown.prints(/(-- connected[^]*){3}delete 7\d{3}\n/);
  } finally {
    clearInterval(timer);
  }
  expect(shown.output).toContain('-- disconnected');
  const received = Array.from(shown.output.matchAll(/^delete (7\d{3})$/gm), ([, id]) => id ?? '');
  const first = published.indexOf(received[0] ?? '');
  expect(received).toEqual(published.slice(first, first + received.length));
});
