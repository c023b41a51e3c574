/** One `key=value` of a properties file. */
export interface Property {
  readonly key: string;
  readonly value: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

const BLANK = /[ \t\f]/;

/** Whether a line ends in an odd number of backslashes, and so goes on in the next one. */
function continues(line: string): boolean {
  let count = 0;
  while (count < line.length && line[line.length - 1 - count] === '\\') count += 1;
  return count % 2 === 1;
}

/** Replaces `\t \n \r \f \uXXXX`; any other escaped character stands for itself. */
function unescapeText(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (_, escaped: string) => {
    if (escaped.length > 1) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return { t: '\t', n: '\n', r: '\r', f: '\f' }[escaped] ?? escaped;
  });
}

/** Where the key of a logical line ends: at the first blank, `=` or `:` that is not escaped. */
function keyEnd(line: string): number {
  let at = 0;
  while (at < line.length && line[at] !== '=' && line[at] !== ':' && !BLANK.test(line[at]!)) {
    at += line[at] === '\\' ? 2 : 1;
  }
  return Math.min(at, line.length);
}

/**
 * Java's properties syntax: `#` and `!` comments; `=`, `:` or blanks between key and value; `\` at a line's end continues it;
 * backslash escapes. Total: every text is some list of properties. Values lose the blanks at their end, as ZooKeeper trims them.
 */
export function parseProperties(text: string): Property[] {
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\r|\n/);
  const properties: Property[] = [];
  for (let i = 0; i < lines.length; i++) {
    const first = i + 1;
    let line = lines[i]!.replace(/^[ \t\f]+/, '');
    if (line === '' || line[0] === '#' || line[0] === '!') continue;
    while (continues(line) && i + 1 < lines.length) {
      line = line.slice(0, -1) + lines[++i]!.replace(/^[ \t\f]+/, '');
    }
    if (continues(line)) line = line.slice(0, -1);
    const end = keyEnd(line);
    const value = line.slice(end).replace(/^[ \t\f]*[=:]?[ \t\f]*/, '');
    properties.push({ key: unescapeText(line.slice(0, end)), value: unescapeText(value).trimEnd(), line: first });
  }
  return properties;
}
