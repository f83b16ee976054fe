import { describe, expect, it } from 'vitest';
import { demoBanner } from './demo-banner.js';
import { demoTokens } from './demo-tokens.js';
import { demoAdmin, demoUser } from './people.js';

const lines = demoBanner({ url: 'http://localhost:4123/' });

describe('demoBanner', () => {
  it('prints each token with its scopes', () => {
    for (const { token, scopes } of demoTokens) {
      expect(lines.filter((line) => line.includes(` ${token} `) && line.includes(`(${scopes})`))).toHaveLength(1);
    }
  });

  it('prints the ids of the tokens’ accounts, which private channels contain', () => {
    expect(lines).toContain(`Account ids, to publish events yourself: demo ${demoUser.id}, admin ${demoAdmin.id}`);
  });

  it('prints curl commands with existing tokens for the given address', () => {
    const curl = lines.filter((line) => line.includes('curl'));
    expect(curl.length).toBeGreaterThan(3);
    for (const line of curl) {
      const [, token, url] = /^ {2}curl -N -H 'Authorization: Bearer ([\w-]+)' '([^']+)'$/.exec(line) ?? [];
      expect(demoTokens.map((each) => each.token)).toContain(token);
      expect(url).toMatch(/^http:\/\/localhost:4123\/api\/v1\/streaming\/[a-z]/);
    }
  });

  it('prints WebSocket commands whose script is valid JavaScript', () => {
    const scripts = lines.map((line) => /^ {2}node -e "([^"]+)"$/.exec(line)?.[1]).filter((script) => script);
    expect(scripts).toHaveLength(2);
    for (const script of scripts) {
      expect(script).toContain("'ws://localhost:4123/api/v1/streaming?access_token=demo-read");
      // Neither a shell nor PowerShell may find anything to expand between the double quotes.
      expect(script).not.toMatch(/[$`!\\]/);
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- parsed, never called
      expect(() => new Function(script ?? '')).not.toThrow();
    }
  });

  it('uses wss for an https address', () => {
    expect(demoBanner({ url: 'https://streaming.example' }).join()).toContain("'wss://streaming.example/api");
  });
});
