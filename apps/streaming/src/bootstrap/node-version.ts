/** The oldest version of Node that the dependencies run on: `engines` of package.json says the same. */
export const oldestNode = [20, 19] as const;

/**
 * Checks the version of Node. This file and `main.ts` MUST import nothing else and use no syntax that Node 16 lacks, so
 * that an older Node prints this line instead of a syntax error.
 *
 * @param version as `process.versions.node`
 * @returns one line for the operator, or `undefined` when this version suffices
 */
export function unsupportedNode(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
    ? undefined
    : `Node ${oldestNode.join('.')} or newer is needed, this is ${version}: install Node 24, https://nodejs.org/`;
}
