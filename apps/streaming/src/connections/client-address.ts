import proxyAddress from '@fastify/proxy-addr';
import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The proxies whose `X-Forwarded-For` is believed. */
export abstract class ProxySettings {
  /** Addresses and networks, separated by commas, as proxy-addr reads them. */
  abstract readonly trusted: string;
}

/** Finds the address of a client behind the trusted proxies, as Fastify does for its own requests. */
@Injectable()
export class ClientAddress {
  readonly #trust: ReturnType<typeof proxyAddress.compile>;

  constructor({ trusted }: ProxySettings) {
    this.#trust = proxyAddress.compile(trusted.split(','));
  }

  /** Whether this is a trusted proxy that has not told the address of its client. */
  isProxy(address: string): boolean {
    return address === '' || this.#trust(address, 0);
  }

  /**
   * The IP address; empty on a unix socket without forwarding proxy. Always an address: what a proxy passes on may be any text
   * of a client, which MUST NOT get into limits, logs or answers.
   */
  of(request: IncomingMessage): string {
    const { remoteAddress } = request.socket;
    // A unix socket has no remote address, for which proxy-addr has no result.
    if (remoteAddress === undefined) {
      return '';
    }
    // Without the header the result is this, too, for less.
    return request.headers['x-forwarded-for'] === undefined
      ? remoteAddress
      : (withoutPort(proxyAddress(request, this.#trust)) ?? remoteAddress);
  }
}

/** An address without the port that some proxies append; `undefined` for any other text. */
function withoutPort(text: string): string | undefined {
  if (isIP(text) !== 0) {
    return text;
  }
  const [, ipv6, ipv4] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(text) ?? [];
  const address = ipv6 ?? ipv4 ?? '';
  return isIP(address) === 0 ? undefined : address;
}
