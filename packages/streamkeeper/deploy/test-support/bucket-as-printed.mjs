/**
 * A bucket in the words of `gcloud storage buckets describe --format json`. Without --raw gcloud has
 * names of its own for the settings, and leaves out those that aren't set; what is in them is the
 * API's, where whole numbers of 64 bits are texts. From gcloud 528's metadata_util.py and
 * full_resource_formatter.py (googlecloudsdk/api_lib/storage/gcs_json, command_lib/storage/resources).
 */
export const bucketAsPrinted = {
  storage_url: 'gs://my-data/',
  name: 'my-data',
  default_storage_class: 'STANDARD',
  location_type: 'region',
  location: 'EUROPE-WEST1',
  uniform_bucket_level_access: true,
  public_access_prevention: 'enforced',
  soft_delete_policy: {
    effectiveTime: '2026-01-01T00:00:00+00:00',
    retentionDurationSeconds: '0',
  },
}
