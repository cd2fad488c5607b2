/**
 * Reading CSV with a header line (RFC 4180: quoted fields, doubled quotes, line breaks inside quotes).
 *
 * Numbers become numbers, everything else stays text. A record of another width than the header is an error with its number.
 */

export function parseCsv(content: string): readonly Readonly<Record<string, unknown>>[] {
  const [header, ...records] = recordsOf(content);
  if (header === undefined) return [];
  return records.map((record, index) => {
    if (record.length !== header.length) {
      throw new Error(`CSV record ${index + 1} has ${record.length} fields, the header ${header.length}`);
    }
    return Object.fromEntries(header.map((name, column) => [name, cellOf(record[column] ?? '')]));
  });
}

function recordsOf(content: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let quoted = false;
  for (let at = 0; at < content.length; at += 1) {
    const char = content[at];
    if (quoted) {
      if (char !== '"') field += char;
      else if (content[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === ',') {
      record.push(field);
      field = '';
    } else if (char === '\n') {
      records.push([...record, field]);
      record = [];
      field = '';
    } else if (char !== '\r') field += char;
  }
  if (field !== '' || record.length > 0) records.push([...record, field]);
  return records.filter((fields) => fields.length > 1 || fields[0] !== '');
}

function cellOf(text: string): string | number {
  return /^-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : text;
}
