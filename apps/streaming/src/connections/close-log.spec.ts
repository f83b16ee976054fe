import { Logger } from '@nestjs/common';
import { closeReasons, type CloseReason } from '@fedistream/delivery';
import { parseScopes } from '@fedistream/domain';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CloseLog } from './close-log.js';

const lines = vi.fn();
const connection = {
  viewer: { accountId: '1', userId: '1', tokenId: '2', scopes: parseScopes('read') },
  address: '192.0.2.7',
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  vi.spyOn(Logger.prototype, 'log').mockImplementation(lines.mockClear());
  vi.spyOn(Logger.prototype, 'warn').mockImplementation(lines);
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const serverSide = Object.values<CloseReason>(closeReasons).filter(({ name }) => name !== 'gone');

describe('the log of disconnected clients', () => {
  it.each(serverSide)(
    'tells $name once, with account, address and unsent bytes, and later how often it was',
    (reason) => {
      const log = new CloseLog();
      for (let client = 0; client < 1_000; client++) {
        log.record(connection, reason, 70_000);
      }
      const members = { reason: reason.name, accountId: '1', tokenId: '2', address: '192.0.2.7', unsentBytes: 70_000 };
      expect(lines.mock.calls).toEqual([[expect.objectContaining(members)]]);
      vi.advanceTimersByTime(60_000);
      log.record(connection, reason, 70_000);
      expect(lines).toHaveBeenLastCalledWith(
        expect.objectContaining({ msg: expect.stringContaining('999 more') as string }),
      );
    },
  );

  it('does not hide one reason behind another', () => {
    const log = new CloseLog();
    for (const reason of [...serverSide, ...serverSide]) {
      log.record(connection, reason, 0);
    }
    expect(lines.mock.calls.map(([line]: unknown[]) => (line as { readonly reason: string }).reason)).toEqual(
      serverSide.map(({ name }) => name),
    );
  });

  it('does not tell of clients that leave by themselves', () => {
    new CloseLog().record(connection, closeReasons.gone, 0);
    expect(lines).not.toHaveBeenCalled();
  });
});
