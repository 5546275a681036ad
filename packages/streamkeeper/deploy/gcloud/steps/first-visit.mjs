import { Answer, visit } from '../command.mjs'
import { describeService } from './describe-service.mjs'

/**
 * A visit to the new revision. What a release changes in the schema is in the bucket only once it has
 * written something, and readers of this release wait for that.
 * @returns {import('./step.mjs').Step}
 */
export function firstVisit(options) {
  return {
    title: 'what that revision changes in the schema, by a visit to it',
    api: 'run.googleapis.com',
    look: async () => 'missing',
    make: [visit(new Answer(describeService(options, 'value(status.url)')))],
  }
}
