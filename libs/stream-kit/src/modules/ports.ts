import { Lists, Roles } from '@fedistream/auth';

/** Any class, abstract or not, as Nest takes it for a token. */
type AnyClass = abstract new (...dependencies: never[]) => unknown;

/** Objects of the server that every module may inject, by their class. */
export type Ports = ReadonlyMap<AnyClass, unknown>;

/** The classes under which this copy of the kit offers the server's objects. `streamModule` notes them in the module. */
export const portClasses: Readonly<Record<string, AnyClass>> = { Lists, Roles };

/**
 * The server's objects under the classes that a module knows: those of its own copy of the kit, too. npm installs a second
 * copy where a package names the kit among its dependencies, and classes of two copies are not equal.
 */
export function portsFor(module: { readonly ports?: Readonly<Record<string, AnyClass>> }, ports: Ports): Ports {
  const all = new Map(ports);
  for (const [name, theirs] of Object.entries(module.ports ?? {})) {
    const ours = Object.hasOwn(portClasses, name) ? portClasses[name] : undefined;
    if (ours !== undefined && ports.has(ours)) {
      all.set(theirs, ports.get(ours));
    }
  }
  return all;
}
