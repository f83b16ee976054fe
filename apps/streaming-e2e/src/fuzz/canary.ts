import {
  until,
  WebSocketClient,
  authorization,
  httpRequest,
  streamingPath,
  type TestEnvironment,
} from '../support/index.js';

/** A loaded machine answers late; a server that hangs does not answer at all. */
const answeredWithinMs = 20_000;

/** Another client, which must be answered whatever is sent by others. */
export class Canary {
  /** The longest round trip of a ping, in milliseconds. */
  slowestMs = 0;

  private constructor(
    private readonly environment: TestEnvironment,
    private readonly client: WebSocketClient,
  ) {}

  /** Connects. */
  static async open(environment: TestEnvironment): Promise<Canary> {
    const viewer = await environment.fixtures.viewer();
    const url = environment.server.url(streamingPath, 'ws');
    return new Canary(environment, await WebSocketClient.open(url, { headers: authorization(viewer) }));
  }

  /** @throws Error when the server has ended, has disconnected this client, or does not answer it */
  async check(): Promise<void> {
    const { server } = this.environment;
    const beganMs = performance.now();
    let answered = false;
    void this.client.ping().then(() => {
      answered = true;
    });
    await until(
      'the canary is answered',
      () => {
        if (!server.running) {
          throw new Error(`The server has ended. It said:\n${server.outputSoFar.slice(-2_000)}`);
        }
        return answered;
      },
      answeredWithinMs,
    );
    this.slowestMs = Math.max(this.slowestMs, performance.now() - beganMs);
  }

  /** What counts bugs: each MUST be 0 whatever clients and publishers send. */
  async bugs(): Promise<string[]> {
    const { body } = await httpRequest(this.environment.server.url('/metrics'));
    return body
      .split('\n')
      .filter((line) =>
        /^fedistream_(listener_errors_total|stream_failures_total\{|audience_dropped_total\{reason="error"|refusals_total\{error="unexpected")/.test(
          line,
        ),
      )
      .filter((line) => !line.endsWith(' 0'));
  }

  /** Leaves. */
  async close(): Promise<void> {
    await this.client.close();
  }
}
