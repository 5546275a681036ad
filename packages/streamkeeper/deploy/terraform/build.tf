# What the image is built with. It has to be there before the image, and the image before the service:
# `terraform apply -target=terraform_data.ready_to_build`, the build, `terraform apply`.

resource "terraform_data" "ready_to_build" {
  depends_on = [
    google_artifact_registry_repository.images,
    google_project_iam_member.build,
    google_storage_bucket.sources,
    # Google takes minutes to know a role: while the image is built, it learns those that the service
    # and the job start with.
    google_secret_manager_secret_iam_member.build_action_key,
    google_secret_manager_secret_iam_member.server,
    google_secret_manager_secret_iam_member.server_action_key,
    google_secret_manager_secret_version.action_key,
    google_storage_bucket_iam_member.server,
    google_storage_bucket_iam_member.verify,
  ]
}

# Google's default account for builds may have no rights, or those of an editor on the whole project.
resource "google_service_account" "build" {
  project    = var.project
  account_id = "${var.service}-build"

  depends_on = [google_project_service.api]
}

resource "google_project_iam_member" "build" {
  project = var.project
  role    = "roles/run.builder"
  member  = google_service_account.build.member

  depends_on = [google_project_service.api]
}

# It gives it to the build. Next writes it into what it builds, so who may pull the image has it.
resource "google_secret_manager_secret_iam_member" "build_action_key" {
  project   = var.project
  secret_id = google_secret_manager_secret.action_key.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.build.member
}

# As cleanup-policy.json.
resource "google_artifact_registry_repository" "images" {
  project       = var.project
  location      = var.region
  repository_id = var.service
  format        = "DOCKER"

  cleanup_policies {
    id     = "keep-the-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 10
    }
  }
  cleanup_policies {
    id     = "delete-others"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "30d"
    }
  }

  depends_on = [google_project_service.api]
}

# `gcloud builds submit` would make one in the US.
resource "google_storage_bucket" "sources" {
  project                     = var.project
  name                        = "${var.project}-${var.service}-sources"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  # They are in git as well.
  force_destroy = true

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age = 30
    }
  }

  depends_on = [google_project_service.api]
}
