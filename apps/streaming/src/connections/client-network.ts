const mappedIpv4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * What counts as one client address for limits: an IPv4 address, or the /64 network of an IPv6 address. A single subscriber
 * has at least such a network (RFC 6177), and could take another address of it for each connection.
 *
 * @param address an IP address; any other text counts as an address of its own
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) {
    return address;
  }
  const [, ipv4] = mappedIpv4.exec(address) ?? [];
  if (ipv4 !== undefined) {
    return ipv4;
  }
  const [head = '', tail = ''] = address.split('::', 2).map((part) => part.toLowerCase());
  const before = groupsOf(head);
  const after = groupsOf(tail);
  const omitted = address.includes('::') ? Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0') : [];
  const network = [...before, ...omitted, ...after].slice(0, 4);
  return `${network.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

function groupsOf(part: string): string[] {
  return part === '' ? [] : part.split(':');
}
