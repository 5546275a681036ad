import { spawn } from 'node:child_process'

/**
 * Makes what runs gcloud, or another program. A command that fails is a result that isn't ok.
 * @param {{cwd: string, env: NodeJS.ProcessEnv, signal?: AbortSignal}} options `signal` ends it
 * @returns {(args: string[], options?: {program?: string, input?: string, show?: boolean}) =>
 *   Promise<{ok: boolean, stdout: string, output: string}>}
 *   `input` is written to its stdin; `show` passes its output on to stderr as it comes
 */
export function gcloudRunner({ cwd, env, signal }) {
  return (args, { program = 'gcloud', input, show = false } = {}) =>
    new Promise((resolve) => {
      const child = spawn(program, args, {
        cwd,
        // What it would ask has been asked already, by the plan.
        env: { ...env, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' },
        signal,
        // A build takes minutes; nothing takes longer than this.
        timeout: 30 * 60_000,
      })
      let stdout = ''
      let output = ''
      const take = (text) => {
        output += text
        if (show) process.stderr.write(text)
      }
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text
        take(text)
      })
      child.stderr.setEncoding('utf8').on('data', take)
      // It may end without reading, or may never have begun: its exit code says so.
      child.stdin.on('error', () => {}).end(input)
      child.on('error', ({ message }) => {
        output += message
        resolve({ ok: false, stdout, output: output.trim() })
      })
      child.on('close', (code) => {
        resolve({ ok: code === 0, stdout: stdout.trim(), output: output.trim() })
      })
    })
}
