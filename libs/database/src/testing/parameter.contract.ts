import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigintArray, positionArray, readPosition } from '../connection/array-parameters.js';
import type { TestDatabase } from './test-database.js';

const recordId = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String);
const page = fc.integer({ min: 0, max: 2 ** 32 - 2 });
const numberInPage = fc.integer({ min: 1, max: 2 ** 16 - 1 });

/** The promises of array parameters in PostgreSQL's binary format. */
export function parameterContract(test: () => TestDatabase): void {
  describe('binary array parameters', () => {
    const texts = async (sql: string, value: unknown) => {
      const [row] = await test().database.query<{ texts: string[] }>(`SELECT ${sql} AS texts`, [value]);
      return row?.texts;
    };

    it('are read by PostgreSQL as the values that were encoded', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(recordId), fc.array(fc.tuple(page, numberInPage)), async (ids, places) => {
          expect(await texts('$1::bigint[]::text[]', bigintArray(ids))).toEqual(ids);
          const positions = places.map(([pageNumber, number]) => `(${pageNumber},${number})`);
          expect(await texts('$1::tid[]::text[]', positionArray(positions.map(readPosition)))).toEqual(positions);
        }),
        { numRuns: 50 },
      );
    });

    it('leave out texts that are no record id, so that one of them does not fail the statement', async () => {
      const odd = ['', ' 1', '1 ', '+1', '-1', '01', '1.0', '1e3', '0x1', 'x', '9223372036854775808'];
      expect(await texts('$1::bigint[]::text[]', bigintArray(['1', ...odd, '2']))).toEqual(['1', '2']);
      expect(await texts('$1::bigint[]::text[]', bigintArray(odd))).toEqual([]);
    });
  });
}
