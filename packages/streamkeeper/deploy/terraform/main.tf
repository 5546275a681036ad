# The same as `streamkeeper deploy` makes, for those who keep their cloud in Terraform. build.tf has what
# the image is built with, which is made first.

locals {
  replica_url = "gs://${google_storage_bucket.data.name}/${var.path}"
}

resource "google_project_service" "api" {
  for_each = toset([
    "artifactregistry.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "iam.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "storage.googleapis.com",
  ])

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}

# The data

resource "google_storage_bucket" "data" {
  project                     = var.project
  name                        = var.bucket
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  soft_delete_policy {
    retention_duration_seconds = 0
  }

  # `terraform destroy` ends here, before it takes anything away. To keep the bucket and let the rest
  # go: `terraform state rm google_storage_bucket.data`, and destroy again.
  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.api]
}

# The admin token: made here, kept in Secret Manager alone

ephemeral "random_password" "admin_token" {
  length  = 43
  special = false
}

resource "google_secret_manager_secret" "admin_token" {
  project   = var.project
  secret_id = "${var.service}-admin-token"

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_version" "admin_token" {
  secret         = google_secret_manager_secret.admin_token.id
  secret_data_wo = ephemeral.random_password.admin_token.result
  # Another number makes another token, which the next revision has.
  secret_data_wo_version = var.admin_token_version
  # Revisions that one may go back to have the old one.
  deletion_policy = "ABANDON"
}

# The key of Next's server actions, in base64: the same in each build, so that a page that an earlier one
# rendered still works

ephemeral "random_password" "action_key" {
  length  = 32
  special = false
}

resource "google_secret_manager_secret" "action_key" {
  project   = var.project
  secret_id = "${var.service}-action-key"

  replication {
    auto {}
  }

  depends_on = [google_project_service.api]
}

resource "google_secret_manager_secret_version" "action_key" {
  secret                 = google_secret_manager_secret.action_key.id
  secret_data_wo         = base64encode(ephemeral.random_password.action_key.result)
  secret_data_wo_version = 1
  deletion_policy        = "ABANDON"
}

# The service

resource "google_service_account" "server" {
  project    = var.project
  account_id = "${var.service}-server"

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "server" {
  bucket = google_storage_bucket.data.name
  role   = "roles/storage.objectAdmin"
  member = google_service_account.server.member
}

resource "google_secret_manager_secret_iam_member" "server" {
  project   = var.project
  secret_id = google_secret_manager_secret.admin_token.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.server.member
}

resource "google_secret_manager_secret_iam_member" "server_action_key" {
  project   = var.project
  secret_id = google_secret_manager_secret.action_key.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.server.member
}

resource "google_cloud_run_v2_service" "app" {
  project             = var.project
  location            = var.region
  name                = var.service
  deletion_protection = false
  # Who may ask it. An organization may forbid a grant to allUsers, which was the way before.
  invoker_iam_disabled = var.public

  scaling {
    min_instance_count = var.min_instances
    max_instance_count = 1
  }

  template {
    service_account       = google_service_account.server.email
    execution_environment = "EXECUTION_ENVIRONMENT_GEN2"
    # Writers wait for the bucket, each with its request open.
    max_instance_request_concurrency = 250

    scaling {
      max_instance_count = 1
    }

    containers {
      image = var.image

      env {
        name  = "REPLICA_URL"
        value = local.replica_url
      }
      env {
        name  = "GOOGLE_CLOUD_PROJECT"
        value = var.project
      }
      env {
        name  = "PUBLIC_URL"
        value = var.public_url
      }
      env {
        name  = "TRUSTED_PROXIES"
        value = var.trusted_proxies
      }
      env {
        name = "ADMIN_TOKEN"
        value_source {
          secret_key_ref {
            secret = google_secret_manager_secret.admin_token.secret_id
            # Not "latest": a new version would wait for whatever restarts an instance.
            version = google_secret_manager_secret_version.admin_token.version
          }
        }
      }
      env {
        name = "NEXT_SERVER_ACTIONS_ENCRYPTION_KEY"
        value_source {
          secret_key_ref {
            secret  = google_secret_manager_secret.action_key.secret_id
            version = google_secret_manager_secret_version.action_key.version
          }
        }
      }

      resources {
        limits = {
          cpu    = "1"
          memory = var.memory
        }
        cpu_idle          = false
        startup_cpu_boost = true
      }

      dynamic "volume_mounts" {
        for_each = var.disk == "" ? [] : ["data"]
        content {
          name       = "data"
          mount_path = "/data"
        }
      }

      startup_probe {
        http_get {
          path = "/health/ready"
        }
        period_seconds    = 1
        failure_threshold = 240
      }

      liveness_probe {
        http_get {
          path = "/health/live"
        }
        period_seconds    = 10
        timeout_seconds   = 5
        failure_threshold = 3
      }
    }

    dynamic "volumes" {
      for_each = var.disk == "" ? [] : ["data"]
      content {
        name = "data"
        empty_dir {
          medium     = "DISK"
          size_limit = var.disk
        }
      }
    }
  }

  depends_on = [
    google_secret_manager_secret_iam_member.server,
    google_secret_manager_secret_iam_member.server_action_key,
    google_secret_manager_secret_version.admin_token,
    google_storage_bucket_iam_member.server,
  ]
}

# The job that verifies the replica every day

resource "google_service_account" "verify" {
  project    = var.project
  account_id = "${var.service}-verify"

  depends_on = [google_project_service.api]
}

resource "google_storage_bucket_iam_member" "verify" {
  bucket = google_storage_bucket.data.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.verify.member
}

resource "google_cloud_run_v2_job" "verify" {
  project             = var.project
  location            = var.region
  name                = "${var.service}-verify"
  deletion_protection = false

  template {
    template {
      service_account = google_service_account.verify.email
      max_retries     = 1
      timeout         = "600s"

      containers {
        image   = var.image
        command = ["node"]
        args    = ["verify.js", "--log"]

        env {
          name  = "REPLICA_URL"
          value = local.replica_url
        }
        env {
          # The job has no right to ask a service that isn't public.
          name  = "VERIFY_APP"
          value = var.public ? google_cloud_run_v2_service.app.uri : ""
        }

        resources {
          limits = {
            cpu    = "1"
            memory = var.memory
          }
        }

        # Where it restores what it verifies.
        dynamic "volume_mounts" {
          for_each = var.disk == "" ? [] : ["data"]
          content {
            name       = "data"
            mount_path = "/tmp"
          }
        }
      }

      dynamic "volumes" {
        for_each = var.disk == "" ? [] : ["data"]
        content {
          name = "data"
          empty_dir {
            medium     = "DISK"
            size_limit = var.disk
          }
        }
      }
    }
  }

  depends_on = [google_storage_bucket_iam_member.verify]
}

resource "google_service_account" "schedule" {
  project    = var.project
  account_id = "${var.service}-schedule"

  depends_on = [google_project_service.api]
}

resource "google_cloud_run_v2_job_iam_member" "schedule" {
  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_job.verify.name
  role     = "roles/run.invoker"
  member   = google_service_account.schedule.member
}

resource "google_cloud_scheduler_job" "verify" {
  project   = var.project
  region    = coalesce(var.schedule_region, var.region)
  name      = google_cloud_run_v2_job.verify.name
  schedule  = "17 5 * * *"
  time_zone = "Etc/UTC"

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/projects/${var.project}/locations/${var.region}/jobs/${google_cloud_run_v2_job.verify.name}:run"

    oauth_token {
      service_account_email = google_service_account.schedule.email
    }
  }

  depends_on = [google_cloud_run_v2_job_iam_member.schedule]
}
