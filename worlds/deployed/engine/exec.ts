import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Docker from 'dockerode';

/** Runs a program to its end in a container, and gives what it wrote. @throws with what it wrote to standard error */
export async function collected(
  docker: Docker,
  container: Docker.Container,
  program: readonly string[],
  environment: readonly string[] = [],
): Promise<string> {
  const exec = await container.exec({
    Cmd: [...program],
    Env: [...environment],
    AttachStdout: true,
    AttachStderr: true,
  });
  const stream = await exec.start({});
  const [out, err] = [new PassThrough(), new PassThrough()];
  docker.modem.demuxStream(stream, out, err);
  stream.on('end', () => {
    out.end();
    err.end();
  });
  const [written, said] = await Promise.all([text(out), text(err)]);
  const { ExitCode } = await exec.inspect();
  if (ExitCode !== 0) throw new Error(`${program.join(' ')}: exit code ${ExitCode}\n${said.trim().slice(-2000)}`);
  return written;
}
