import 'reflect-metadata';
import { demoBanner } from '@fedistream/demo';
import { startApplication } from './application.js';
import { readSettings, type Settings } from './config/settings.js';
import { startFailure } from './config/start-failure.js';

const settings = settingsOrExit();
const { app, address } = await startOrExit();

if (settings.DEMO && settings.SOCKET === undefined) {
  process.stdout.write(`\n${demoBanner({ url: address }).join('\n')}\n\n`);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void stop();
  });
}

/** Ends gracefully, and in any case when the time for that is over. */
async function stop(): Promise<void> {
  setTimeout(() => process.exit(0), settings.SHUTDOWN_GRACE_SECONDS * 1_000).unref();
  await app.close();
  process.exit(0);
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
