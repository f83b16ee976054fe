import { describe, expect, it } from 'vitest';
import { isRecordId } from './record-id.js';

describe('isRecordId', () => {
  it.each(['0', '5', '110000000000000001', '9223372036854775807'])(
    'accepts %j, which is the text of a bigint in PostgreSQL',
    (text) => {
      expect(isRecordId(text)).toBe(true);
    },
  );

  it.each(['', ' 5', '5\n', '05', '+5', '-5', '1.5', '1e3', '5n', '٥', '9223372036854775808', '99999999999999999999'])(
    'refuses %j, which PostgreSQL refuses or normalises',
    (text) => {
      expect(isRecordId(text)).toBe(false);
    },
  );
});
