terraform {
  # Write-only arguments keep the admin token out of the state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source = "hashicorp/google"
      # What needs which, by https://github.com/hashicorp/terraform-provider-google/blob/main/CHANGELOG.md:
      #   5.14 cleanup_policies, 5.22 soft_delete_policy
      #   6.0 deletion_protection, 6.5 and 7.0 the service's own scaling (least, most)
      #   6.8 invoker_iam_disabled, 6.23 secret_data_wo
      #   7.15 no change proposed for ever where scaling is at its defaults
      #   7.24 and 7.30 a disk for a service, and for a job
      version = "~> 7.30"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}
