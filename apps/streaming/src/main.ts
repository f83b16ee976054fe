import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { DeliveryStatistics } from '@fedistream/delivery';
import { demoBanner } from '@fedistream/demo';
import { startApplication } from './bootstrap/application.js';
import { readSettings, type Settings } from './bootstrap/settings.js';
import { startFailure } from './bootstrap/start-failure.js';

const settings = settingsOrExit();
const { app, address } = await startOrExit();

if (settings.DEMO && settings.SOCKET === undefined) {
  process.stdout.write(`\n${demoBanner({ url: address }).join('\n')}\n\n`);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void stop(signal);
  });
}

/** Ends gracefully, and in any case when the time for that is over. */
async function stop(signal: NodeJS.Signals): Promise<void> {
  const logger = new Logger('Server');
  const tell = (msg: string, members: object = {}) => {
    const statistics = app.get(DeliveryStatistics);
    const clients = statistics.of('websocket').connections + statistics.of('eventsource').connections;
    logger.log({ msg, ...members, clients });
  };
  const end = () => {
    tell('stopped');
    process.exit(0);
  };
  tell('stopping', { signal });
  setTimeout(end, settings.SHUTDOWN_GRACE_SECONDS * 1_000).unref();
  await app.close();
  end();
}

function settingsOrExit(): Settings {
  try {
    return readSettings(process.env);
  } catch (failure) {
    giveUp(startFailure(failure, process.env));
  }
}

async function startOrExit(): ReturnType<typeof startApplication> {
  try {
    return await startApplication(settings);
  } catch (failure) {
    giveUp(startFailure(failure, settings));
  }
}

function giveUp(reason: string): never {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}
