import { createHash, createPublicKey, verify } from 'node:crypto';
import type { Evidence, Invariant, Violation } from '../../../contract/index.ts';
import { administrationOf } from './administration-tables.ts';
import type { AdministrationTables, ExportRow } from './administration-tables.ts';
import { tablesOf } from './tables.ts';

/**
 * For each month exactly one signed regulator export exists, whatever was retried: of a month that is DONE the regulator finds
 * one complete file and a signature that fits it, of one that is PENDING none, and nothing else. Each was told of once.
 */
export const invariant: Invariant = {
  name: 'one-export-per-month',
  check(evidence) {
    const tables = administrationOf(evidence);
    return {
      examined: tables.exports.length,
      violations: [
        ...tables.exports.flatMap((row) => [...inTheStore(row, tables), ...toldOnce(row, evidence)]),
        ...strangers(tables),
      ],
    };
  },
  plant(evidence) {
    const { exportObjects } = administrationOf(evidence);
    const second = { key: '2000-01 (1).csv', text: 'planted' };
    return { ...evidence, finalState: { ...evidence.finalState, exportObjects: [...exportObjects, second] as never } };
  },
};

const fileOf = (month: string): string => `${month}.csv`;
const signatureOf = (month: string): string => `${month}.sig.json`;

function inTheStore(row: ExportRow, tables: AdministrationTables): readonly Violation[] {
  const { exportObjects, exportKey } = tables;
  const { month, status } = row;
  const file = exportObjects.find(({ key }) => key === fileOf(month))?.text;
  const signed = exportObjects.find(({ key }) => key === signatureOf(month))?.text;
  const violation = (what: string): Violation[] => [{ what: `the export of ${month} is ${status}, and ${what}` }];
  if (status === 'PENDING' && file === undefined) return [];
  if (status === 'PENDING' && (signed === undefined || !isHalted(tables))) return violation('its file is in the store');
  if (file === undefined || signed === undefined)
    return violation(`${file === undefined ? 'its file' : 'its signature'} is not in the store`);
  const { signature, ...claims } = JSON.parse(signed) as {
    month: string;
    sha256: string;
    rows: number;
    signature: string;
  };
  const sha256 = createHash('sha256').update(file).digest('hex');
  if (claims.sha256 !== sha256 || (status === 'DONE' && row.sha256 !== sha256))
    return violation('its file is not the one that was signed');
  if (file.split('\n').length - 2 !== claims.rows)
    return violation(`its file has not the ${claims.rows} rows that were signed`);
  const key = exportKey[0]?.publicKey ?? '';
  return fits(key, JSON.stringify(claims), signature) ? [] : violation('its signature does not fit');
}

/** What an attempt has put there and not recorded stays until exports may be made again: then the next attempt records it. */
const isHalted = ({ incidents }: AdministrationTables): boolean =>
  incidents.some(({ subject, closed_at: closed }) => subject === 'AUDIT-CHAIN' && closed === null);

function fits(publicKey: string, text: string, signature: string): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}

function toldOnce({ month, status }: ExportRow, evidence: Evidence): readonly Violation[] {
  const told = tablesOf(evidence).outbox.filter(
    ({ subject, type }) => subject === `EXPORT:${month}` && type === 'numbering.regulator-export.exported.v1',
  ).length;
  const wanted = status === 'DONE' ? 1 : 0;
  return told === wanted ? [] : [{ what: `the export of ${month} is ${status}, and ${told} events tell of it` }];
}

/** Whatever else the regulator would find. */
function strangers({ exports, exportObjects }: AdministrationTables): readonly Violation[] {
  const known = new Set(exports.flatMap(({ month }) => [fileOf(month), signatureOf(month)]));
  return exportObjects
    .filter(({ key }) => !known.has(key))
    .map(({ key }) => ({ what: `the store has ${key}, which is no planned export` }));
}
