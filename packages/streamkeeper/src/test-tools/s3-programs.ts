import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './ports.ts'

export type Keys = { id: string; secret: string }

type Program = {
  /** The variable that has the path of it. */
  variable: string
  /** How it serves what is in the folder, with these keys. */
  command(port: number, folder: string, keys: Keys): Promise<Command>
}

type Command = { args: string[]; env?: Record<string, string> }

export type ProgramName = 'versitygw' | 'seaweedfs'

/** Servers that speak S3, and have no code in common. */
export const programs: Record<ProgramName, Program> = {
  versitygw: {
    variable: 'VERSITYGW',
    command: async (port, folder, { id, secret }) => ({
      args: ['--port', `127.0.0.1:${port}`, '--keep-alive', '--quiet', 'posix', folder],
      env: { ROOT_ACCESS_KEY: id, ROOT_SECRET_KEY: secret },
    }),
  },
  seaweedfs: {
    variable: 'SEAWEEDFS',
    command: async (port, folder, { id, secret }) => {
      const credentials = [{ accessKey: id, secretKey: secret }]
      const identities = [{ name: id, credentials, actions: ['Admin', 'Read', 'List', 'Write'] }]
      const config = join(folder, 'identities.json')
      writeFileSync(config, JSON.stringify({ identities }))
      const ports: string[] = []
      for (const part of ['master', 'volume', 'filer']) {
        ports.push(`-${part}.port=${await freePort()}`, `-${part}.port.grpc=${await freePort()}`)
      }
      return {
        args: [
          ...['server', `-dir=${folder}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1', ...ports],
          ...['-master.telemetry=false', '-master.volumeSizeLimitMB=64', '-volume.max=8'],
          ...['-filer', '-s3', `-s3.port=${port}`, `-s3.port.grpc=${await freePort()}`],
          ...[`-s3.config=${config}`, '-s3.port.iceberg=0', '-s3.port.lance=0'],
        ],
      }
    },
  },
}
