import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readSettings } from './settings.js';

const run = promisify(execFile);
const docker = join(import.meta.dirname, '..', '..', '..', '..', 'docker');

/** The pauses of a shutdown, in seconds, with these variables and the server's own defaults. */
function shutdown(variables: Readonly<Record<string, string>>) {
  const { drain, shutdownGraceMs } = readSettings({ NODE_ENV: 'production', ...variables });
  return {
    pause: drain.delayMs / 1_000,
    sum: (drain.delayMs + drain.drainMs + shutdownGraceMs) / 1_000,
  };
}

/** Runs a program, or skips the test where it is not installed. */
async function runIfInstalled(test: TestContext, program: string, ...args: string[]): Promise<string> {
  try {
    const { stdout, stderr } = await run(program, args);
    return `${stdout}${stderr}`;
  } catch (failure) {
    if ((failure as NodeJS.ErrnoException).code === 'ENOENT') {
      test.skip(`${program} is not installed`);
    }
    throw failure;
  }
}

describe('the manifests of Kubernetes', () => {
  const probe = z.strictObject({
    httpGet: z.strictObject({ path: z.enum(['/live', '/ready']), port: z.literal('admin') }),
    periodSeconds: z.int(),
    timeoutSeconds: z.int(),
    failureThreshold: z.int(),
  });
  const deploymentSchema = z.object({
    spec: z.object({
      template: z.object({
        spec: z.object({
          terminationGracePeriodSeconds: z.int(),
          containers: z.tuple([
            z.object({
              env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
              ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })),
              lifecycle: z
                .object({ preStop: z.object({ sleep: z.object({ seconds: z.int() }) }).optional() })
                .optional(),
              readinessProbe: probe,
              livenessProbe: probe,
              startupProbe: probe,
            }),
          ]),
        }),
      }),
    }),
  });

  async function pod() {
    const file: unknown = parse(await readFile(join(docker, 'kubernetes', 'deployment.yaml'), 'utf8'));
    const { spec } = deploymentSchema.parse(file).spec.template;
    const [container] = spec.containers;
    const variables = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
    return { ...container, variables, graceSeconds: spec.terminationGracePeriodSeconds };
  }

  it('let a probe notice that a pod leaves while it still accepts clients', async () => {
    const { readinessProbe, variables } = await pod();
    expect(readinessProbe.httpGet.path).toBe('/ready');
    const noticedSeconds = readinessProbe.periodSeconds * readinessProbe.failureThreshold;
    expect(noticedSeconds).toBeLessThan(shutdown(variables).pause);
  });

  it('give a pod longer to leave than it takes', async () => {
    const { graceSeconds, lifecycle, variables } = await pod();
    const hookSeconds = lifecycle?.preStop?.sleep.seconds ?? 0;
    expect(hookSeconds + shutdown(variables).sum).toBeLessThan(graceSeconds);
  });

  it('do not restart a pod whose event loop stands still for less than half a minute', async () => {
    const { livenessProbe } = await pod();
    expect(livenessProbe.httpGet.path).toBe('/live');
    expect(livenessProbe.periodSeconds * livenessProbe.failureThreshold).toBeGreaterThanOrEqual(30);
  });

  it('probe the port on which the server has its internal listener', async () => {
    const { ports, variables } = await pod();
    const { admin, listen } = readSettings({ NODE_ENV: 'production', ...variables });
    expect(ports).toEqual([
      { name: 'http', containerPort: listen.port },
      { name: 'admin', containerPort: admin.port },
    ]);
    expect(admin.address).toBe('0.0.0.0');
  });

  it('can be built by kustomize', async (test) => {
    const built = await runIfInstalled(test, 'kubectl', 'kustomize', join(docker, 'kubernetes'));
    const kinds = [...built.matchAll(/^kind: (\w+)$/gm)].map(([, kind]) => kind);
    expect(kinds.sort()).toEqual(['Deployment', 'NetworkPolicy', 'PodDisruptionBudget', 'Service']);
  });
});

describe('the unit of systemd', () => {
  const name = 'fedistream@.service';
  const file = join(docker, 'systemd', name);

  it('gives the process longer to leave than it takes', async () => {
    const unit = await readFile(file, 'utf8');
    const stopSeconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
    const variables = Object.fromEntries(
      [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, variable = '', value = '']) => [
        variable,
        value.replaceAll('%i', '4000'),
      ]),
    );
    expect(readSettings(variables).admin.port).toBe(14_000);
    expect(shutdown(variables).sum).toBeLessThan(stopSeconds);
  });

  it('is understood by systemd, which finds little that it could still forbid', async (test) => {
    const directory = await mkdtemp(join(tmpdir(), 'fedistream-unit-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const unit = join(directory, name);
    await copyFile(file, unit);
    const text = await readFile(unit, 'utf8');
    await writeFile(unit, text.replace('/usr/bin/node', process.execPath));
    expect(await runIfInstalled(test, 'systemd-analyze', 'verify', unit)).toBe('');
    // Exits with a failure above this exposure, of at most 10.
    await runIfInstalled(test, 'systemd-analyze', 'security', '--offline=true', '--threshold=20', unit);
  });
});

describe('the compose file', () => {
  it('gives the process longer to leave than it takes', async () => {
    const file: unknown = parse(await readFile(join(docker, 'compose.yaml'), 'utf8'), { merge: true });
    const { services } = z
      .object({
        services: z.object({
          streaming: z.object({ stop_grace_period: z.string(), environment: z.record(z.string(), z.string()) }),
        }),
      })
      .parse(file);
    const { stop_grace_period: grace, environment } = services.streaming;
    expect(shutdown(environment).sum).toBeLessThan(Number.parseInt(grace));
  });
});
