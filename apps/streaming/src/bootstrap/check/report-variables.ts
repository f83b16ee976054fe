import type { Environment, EnvironmentTexts, Source } from '../environment/environment.js';
import { isSecret, variables, type VariableName } from '../environment/variables.js';

/**
 * The variables that were read, a line each: name, value and where it comes from. Secrets and the passwords of URLs are
 * not shown. Variables with their default value are left out.
 */
export function reportVariables(
  environment: Environment,
  texts: EnvironmentTexts,
  fromFile: EnvironmentTexts,
): string[] {
  const lines: string[] = [];
  for (const name of Object.keys(variables) as VariableName[]) {
    const source = environment.sources.get(name);
    const text = texts[name];
    if (source?.kind === 'set' || source?.kind === 'fallback') {
      const from = source.kind === 'fallback' ? source.from : name;
      lines.push(`  ${name}=${shown(from, texts[from] ?? '')} (${originOf(source, from, texts, fromFile)})`);
    } else if (text && source?.kind !== 'default') {
      lines.push(`  ${name}: ignored, ${environment.whyIgnored(name) ?? 'these settings do not need it'}`);
    }
  }
  return lines;
}

function originOf(source: Source, from: string, texts: EnvironmentTexts, fromFile: EnvironmentTexts): string {
  const place = fromFile[from] !== undefined && fromFile[from] === texts[from] ? 'environment file' : 'environment';
  return source.kind === 'fallback' ? `${place}, from ${from}` : place;
}

/** The value without secrets: of a URL everything but user, password and query is shown. */
function shown(name: string, value: string): string {
  if (!isSecret(name)) {
    return value;
  }
  const [, scheme, place] = /^(\w+:\/\/)(?:[^/?#]*@)?([^?#]*)/.exec(value) ?? [];
  return scheme === undefined || place === undefined || place.includes('@') ? '(not shown)' : `${scheme}…@${place}`;
}
