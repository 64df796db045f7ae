import type { PgBouncer } from './bouncer.ts';
import type { ClientConnection } from './client-connection.ts';
import { CLOSE_COMPLETE, PARSE_COMPLETE, letter } from './messages.ts';
import type { Outstanding } from './outstanding.ts';
import { type Statement, describeStatement, parseOf, readBind, readParse, readTarget } from './prepared.ts';
import type { ServerConnection } from './server-connection.ts';

const ASKS = 'PBDECSQF';

/** Sends a client's requests on, with the names that its prepared statements have on this server. */
export function forward(
  client: ClientConnection,
  server: ServerConnection,
  messages: readonly Buffer[],
  { config, statements, now }: Pick<PgBouncer, 'config' | 'statements' | 'now'>,
): void {
  const renames = config.poolMode === 'transaction' && config.maxPreparedStatements > 0;
  server.queryAt ??= now();
  const expect = (request: Outstanding): void => server.answer(...server.requests.add(request));
  const pass = (bytes: Buffer, request: Outstanding['request'], statement?: Statement): void => {
    server.send(bytes);
    expect({ request, action: 'pass', ...(statement === undefined ? {} : { statement }) });
  };
  const prepare = (statement: Statement, action: 'pass' | 'skip'): void => {
    server.prepared(statement, config.maxPreparedStatements);
    server.send(parseOf(statement));
    expect({ request: 'P', action, statement });
  };
  /** The client's statement, on the server from here on. */
  const onServer = (name: string): Statement | undefined => {
    const statement = client.statements.get(name);
    if (statement === undefined) client.fail('prepared statement did not exist');
    else if (!server.has(statement)) prepare(statement, 'skip');
    return statement;
  };

  const parse = (bytes: Buffer): void => {
    const { name, definition } = readParse(bytes);
    if (name === '') return pass(bytes, 'P');
    if (client.statements.has(name)) return client.fail('prepared statement name is already in use');
    const statement = statements.of(definition);
    client.statements.set(name, statement);
    if (server.has(statement)) expect({ request: 'P', action: 'fake', answer: PARSE_COMPLETE });
    else prepare(statement, 'pass');
    return undefined;
  };
  const bind = (bytes: Buffer): void => {
    const { name, renamed } = readBind(bytes);
    if (name === '') return pass(bytes, 'B');
    const statement = onServer(name);
    if (statement !== undefined) pass(renamed(statement.serverName), 'B');
    return undefined;
  };
  const describe = (bytes: Buffer): void => {
    const { kind, name } = readTarget(bytes);
    if (kind !== 'S' || name === '') return pass(bytes, 'D');
    const statement = onServer(name);
    if (statement !== undefined) pass(describeStatement(statement.serverName), 'D');
    return undefined;
  };
  const close = (bytes: Buffer): void => {
    const { kind, name } = readTarget(bytes);
    if (kind !== 'S' || name === '') return pass(bytes, 'C');
    client.statements.delete(name);
    return expect({ request: 'C', action: 'fake', answer: CLOSE_COMPLETE });
  };
  const renaming: Readonly<Record<string, (bytes: Buffer) => void>> = { P: parse, B: bind, D: describe, C: close };

  for (const bytes of messages) {
    if (client.state === 'closed') return;
    const type = letter(bytes);
    const special = renames ? renaming[type] : undefined;
    if (special !== undefined) special(bytes);
    else if (ASKS.includes(type)) pass(bytes, type as Outstanding['request']);
    else server.send(bytes);
  }
  server.flush();
}
