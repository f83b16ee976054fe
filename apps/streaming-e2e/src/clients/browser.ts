import { runAfterExit } from '@fedistream/services';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { EventStreamParser, until } from '../support/index.js';
import { browserPage, type BrowserFinding, type BrowserPlan } from './browser-page.js';
import { EventRecorder } from './event-recorder.js';

/** Where Debian's package `chromium` puts it. */
export const chromium = '/usr/bin/chromium';

/** Whether there is a browser on this machine. */
export const hasChromium = existsSync(chromium);

/** No window, no sandbox (the page is ours), and no connections beyond this machine. */
const options = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** One connection of the page, with its events. */
export class BrowserReading extends EventRecorder {
  opened = false;
  /** Whether the EventSource has given up reconnecting. */
  refused = false;
  /** The close code of a WebSocket. */
  closedWith: number | undefined;
  readonly #parser = new EventStreamParser(({ event, payload }) => {
    this.record(event, payload);
  });

  /** The bytes that `fetch` has read, split anywhere. */
  readText(text: string): void {
    this.#parser.push(Buffer.from(text));
  }
}

/** A browser with one page, which opens the connections of a plan and reports their events. */
export class Browser {
  readonly #readings = new Map<string, BrowserReading>();
  readonly #server: HttpServer;
  #child: ChildProcess | undefined;
  #profile = '';

  private constructor(plan: BrowserPlan) {
    this.#server = createServer((request, response) => {
      if (request.url === '/findings') {
        void readBody(request).then((body) => {
          this.#note(JSON.parse(body) as BrowserFinding);
          response.end();
        });
      } else if (request.url === '/plan') {
        response.end(JSON.stringify(plan));
      } else {
        response.setHeader('Content-Type', 'text/html').end(browserPage);
      }
    });
  }

  /** Starts the browser and waits until all connections of the plan are open. */
  static async open(plan: BrowserPlan): Promise<Browser> {
    const browser = new Browser(plan);
    try {
      await browser.#start();
      for (const id of idsOf(plan)) {
        await until(`${id} is open in the browser`, () => browser.reading(id).opened);
      }
    } catch (error) {
      await browser.close();
      throw error;
    }
    return browser;
  }

  /** What was recorded on the connection with this id. */
  reading(id: string): BrowserReading {
    let reading = this.#readings.get(id);
    if (reading === undefined) {
      reading = new BrowserReading();
      this.#readings.set(id, reading);
    }
    return reading;
  }

  /** Ends the browser and all its processes. */
  async close(): Promise<void> {
    const child = this.#child;
    if (child?.pid !== undefined && child.exitCode === null) {
      const closed = once(child, 'close');
      process.kill(-child.pid, 'SIGKILL');
      await closed;
    }
    this.#server.closeAllConnections();
    this.#server.close();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  async #start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#profile = await mkdtemp(join(tmpdir(), 'fedistream-browser-'));
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
    const child = spawn(chromium, [...options, `--user-data-dir=${this.#profile}`, url], {
      stdio: 'ignore',
      // A process group of its own: the browser is many processes.
      detached: true,
    });
    this.#child = child;
    child.once('close', runAfterExit(`kill -KILL -- -${String(child.pid)}`));
  }

  #note(finding: BrowserFinding): void {
    const reading = this.reading(finding.id);
    switch (finding.kind) {
      case 'open':
        reading.opened = true;
        break;
      case 'event':
        reading.record(finding.event, finding.payload);
        break;
      case 'text':
        reading.readText(finding.text);
        break;
      case 'refused':
        reading.refused = true;
        break;
      case 'close':
        reading.closedWith = finding.code;
        break;
    }
  }
}

function idsOf({ eventSources, webSockets, fetches }: BrowserPlan): string[] {
  return [
    ...eventSources.map(({ id }) => id),
    ...fetches.map(({ id }) => id),
    ...webSockets.flatMap(({ ids }) => Object.values(ids)),
  ];
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
