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
