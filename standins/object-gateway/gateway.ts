import http from 'node:http';

/** An answer given in the place of the store's. */
export interface Answer {
  readonly status: number;
  /** S3's code: `SlowDown`, `ServiceUnavailable`, `AccessDenied`. */
  readonly code: string;
  /** Absent: requests of every method. */
  readonly methods?: readonly string[];
}

/** Forwards requests to the store, or refuses them. */
export class Gateway {
  answer: Answer | undefined;
  refused = 0;
  forwarded = 0;
  readonly #upstream: URL;
  readonly #agent = new http.Agent({ keepAlive: true });

  constructor(upstream: URL) {
    this.#upstream = upstream;
  }

  readonly serve: http.RequestListener = (request, response) => {
    const { answer } = this;
    if (answer !== undefined && (answer.methods?.includes(request.method ?? '') ?? true)) {
      this.refused += 1;
      this.#refuse(answer, request, response);
    } else {
      this.forwarded += 1;
      this.#forward(request, response);
    }
  };

  /** The body is read first: a client that is still sending would see a reset in the place of the answer. */
  #refuse({ status, code }: Answer, request: http.IncomingMessage, response: http.ServerResponse): void {
    const body = Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>The provider refuses.</Message></Error>`,
    );
    request.on('end', () => {
      response.writeHead(status, { 'content-type': 'application/xml', 'content-length': body.length });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
    request.resume();
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse): void {
    const { hostname, port } = this.#upstream;
    const options = { hostname, port, method: request.method, path: request.url, headers: request.headers };
    const onward = http.request({ ...options, agent: this.#agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end();
    });
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }
}
