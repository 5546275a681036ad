output "build_command" {
  description = "Builds the image, in the app's folder."
  value       = "gcloud builds submit . --config ${abspath(path.module)}/../cloudbuild.yaml --project ${var.project} --region ${var.region} --gcs-source-staging-dir ${google_storage_bucket.sources.url}/source --substitutions _IMAGE=${var.image},_SERVICE=${var.service},_COMMIT=$(git rev-parse --short HEAD),_KEY_VERSION=${google_secret_manager_secret_version.action_key.version}"
}

output "url" {
  description = "Where the app is."
  value       = google_cloud_run_v2_service.app.uri
}

output "admin_token_command" {
  description = "Prints the admin token, which is not in Terraform's state."
  value       = "gcloud secrets versions access latest --secret ${google_secret_manager_secret.admin_token.secret_id} --project ${var.project}"
}

output "verify_command" {
  description = "Verifies the replica now."
  value       = "gcloud run jobs execute ${google_cloud_run_v2_job.verify.name} --project ${var.project} --region ${var.region} --wait"
}
