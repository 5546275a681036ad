/**
 * What Cloud Logging is asked for: https://cloud.google.com/logging/docs/view/logging-query-language
 * @param {{region: string, service: string, of?: string, errors?: boolean}} options
 * @param {string} since
 * @param {{readers: string, verifyJob: string}} names
 */
export function logFilter({ region, service, of, errors }, since, { readers, verifyJob }) {
  const sources = {
    service: `resource.type="cloud_run_revision" AND resource.labels.service_name="${service}" AND resource.labels.location="${region}"`,
    readers: `resource.type="cloud_run_revision" AND resource.labels.service_name="${readers}"`,
    verify: `resource.type="cloud_run_job" AND resource.labels.job_name="${verifyJob}" AND resource.labels.location="${region}"`,
  }
  const chosen = of === undefined ? Object.values(sources) : [sources[of]]
  return [
    `timestamp>="${since}"`,
    anyOf(chosen),
    // The app logs each request itself. Google alone logs those that never came to it, with a reason.
    'NOT (log_id("run.googleapis.com/requests") AND NOT textPayload:*)',
    'NOT (jsonPayload.msg:* AND jsonPayload.level="INFO")',
    // The server registers the database later, so that there is none yet is no error.
    'NOT jsonPayload.msg="no databases specified in configuration"',
    // Litestream can't name a severity: docs/monitoring.md.
    ...(errors ? [anyOf(['severity>=WARNING', 'jsonPayload.level=("WARN" OR "ERROR")'])] : []),
  ].join(' AND ')
}

function anyOf(clauses) {
  return `(${clauses.map((clause) => `(${clause})`).join(' OR ')})`
}
