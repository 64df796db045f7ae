/** A gateway before an object store that answers 503 when it is told to: see ../README.md. */
import http from 'node:http';
import { control } from './control.ts';
import { Gateway } from './gateway.ts';

const { UPSTREAM_URL, GATEWAY_PORT = '9000', HTTP_PORT = '8080' } = process.env;
if (UPSTREAM_URL === undefined) {
  console.error('UPSTREAM_URL is not set: give the address of the object store, such as http://object-store:9000');
  process.exit(78);
}
const gateway = new Gateway(new URL(UPSTREAM_URL));
const servers = [
  http.createServer(gateway.serve).listen(Number(GATEWAY_PORT)),
  http.createServer(control(gateway)).listen(Number(HTTP_PORT)),
];
process.on('SIGTERM', () => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
  process.exit(0);
});
