declare module 'negotiator' {
  /** Of what there is, what a request takes, best first. */
  export default class Negotiator {
    constructor(request: { headers: Record<string, string | string[] | undefined> })
    /** Without `available`, what is named, wildcards included. */
    mediaTypes(available?: string[]): string[]
    /** @param options.preferred which of those that are liked equally comes first */
    encodings(available: string[], options?: { preferred: string[] }): string[]
  }
}
