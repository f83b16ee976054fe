import { playRound } from './round.js';
import type { Performance, Sizes } from './stage.js';

const attemptsAtMost = 10;
const patience = { patienceMs: 1_500, graceMs: 0 };
/** So many events at least before anything counts, for the compiler of V8. */
const warmUpEvents = 30;
const warmUpPart = 0.2;

/**
 * Publishes until every subscription receives all that is due to it (a server may answer a client before it follows the
 * channel), and then some more until the code is warm.
 *
 * @returns the index of the plan's next event
 */
export async function prime(performance: Performance, { events, perSecond, burst }: Sizes): Promise<number> {
  const { plan } = performance;
  let from = 0;
  let lost = Infinity;
  for (let attempt = 0; attempt < attemptsAtMost && lost > 0; attempt++) {
    const { verdict } = await playRound(performance, { events: plan.cycle, perSecond, burst, from, ...patience });
    from += plan.cycle;
    if (verdict.lost === verdict.due && attempt === attemptsAtMost - 1) {
      throw new Error(`Not one of ${verdict.due} due events arrives.`);
    }
    lost = verdict.lost;
  }
  // A server that forbids more than it should never gets to zero; the measurement will show it as lost.
  const warmUp = Math.max(warmUpEvents, Math.ceil(events * warmUpPart));
  await playRound(performance, { events: warmUp, perSecond, burst, from, ...patience });
  return from + warmUp;
}
