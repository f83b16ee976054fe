import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import { freePort } from './free-port.js';
import type { Progress } from './progress.js';
import type { ServerControl } from './server-control.js';
import { runAfterExit } from './cleanup-process.js';

const run = promisify(execFile);

/** The container of a server. */
export interface Container {
  readonly name: string;
  readonly image: string;
  /** The port on which the server listens inside the container. */
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** Whether the server on this port of 127.0.0.1 answers. */
  ready(port: number): Promise<boolean>;
}

/** Whether a Docker daemon answers. */
export async function dockerAnswers(): Promise<boolean> {
  return run('docker', ['info', '--format', '{{.ID}}'], { timeout: 20_000 }).then(
    ({ stdout }) => stdout.trim() !== '',
    () => false,
  );
}

/** A server in a container, on a port of 127.0.0.1 that it keeps over restarts. Removed when this process ends. */
export class DockerServer implements ServerControl {
  readonly #container: Container;
  readonly #id: string;
  readonly #forget: () => void;
  /** The port on 127.0.0.1. */
  readonly port: number;
  #running = true;

  private constructor(container: Container, id: string, port: number) {
    this.#container = container;
    this.#id = id;
    this.port = port;
    this.#forget = runAfterExit(`docker rm --force --volumes ${id}`);
  }

  /** Starts the container, and pulls its image if necessary; resolves when the server answers. */
  static async run(container: Container, progress: Progress): Promise<DockerServer> {
    progress(`${container.name}: starting ${container.image} in Docker`);
    const port = await freePort();
    const id = `fedistream-${container.name}-${randomBytes(4).toString('hex')}`;
    const env = Object.entries(container.env ?? {}).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    const publish = ['--publish', `127.0.0.1:${String(port)}:${String(container.port)}`];
    await run('docker', ['run', '--detach', '--name', id, ...publish, ...env, container.image, ...container.args]);
    const server = new DockerServer(container, id, port);
    await server.#untilReady();
    return server;
  }

  /** @inheritdoc */
  async stop(): Promise<void> {
    await run('docker', ['stop', '--time', '10', this.#id]);
    this.#running = false;
  }

  /** @inheritdoc */
  async start(): Promise<void> {
    if (!this.#running) {
      await run('docker', ['start', this.#id]);
      this.#running = true;
      await this.#untilReady();
    }
  }

  /** @inheritdoc */
  async suspend(): Promise<void> {
    await run('docker', ['pause', this.#id]);
  }

  /** @inheritdoc */
  async resume(): Promise<void> {
    await run('docker', ['unpause', this.#id]);
  }

  /** Removes the container. */
  async dispose(): Promise<void> {
    await run('docker', ['rm', '--force', '--volumes', this.#id]);
    this.#forget();
  }

  async #untilReady(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await this.#container.ready(this.port))) {
      if (Date.now() > deadline) {
        throw new Error(`${this.#container.image} in Docker did not answer within 60 s.`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
