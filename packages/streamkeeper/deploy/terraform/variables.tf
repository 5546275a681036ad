variable "project" {
  description = "The project's id."
  type        = string
}

variable "region" {
  description = "Where it all runs, as in europe-west1."
  type        = string
}

variable "bucket" {
  description = "The bucket that is made for the data."
  type        = string
}

variable "image" {
  description = "The app's image, as in europe-west1-docker.pkg.dev/PROJECT/SERVICE/SERVICE:1."
  type        = string
}

variable "service" {
  description = "The name of the service, as streamkeeper.config.ts has it. Its service accounts are named after it."
  type        = string

  validation {
    condition     = can(regex("^[a-z]([a-z0-9-]{0,19}[a-z0-9])?$", var.service))
    error_message = "Up to 21 lowercase letters, digits and hyphens, a letter first."
  }
}

# Without a default: another one than before would be an empty place beside the data.
variable "path" {
  description = "Below which the data is in the bucket: the app's name, unless it was brought elsewhere."
  type        = string

  validation {
    condition     = var.path != ""
    error_message = "Where the data is in the bucket, as in notes."
  }
}

variable "memory" {
  description = "512Mi to 4Gi; the database is in it."
  type        = string
  default     = "512Mi"
}

variable "disk" {
  description = "The size of a disk for the data, as in 10Gi; the data is in the memory otherwise."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([1-9][0-9]{1,3}Gi)?$", var.disk))
    error_message = "10Gi or more, in whole gibibytes; or empty, for no disk."
  }
}

variable "public_url" {
  description = "Where people find the app, if not at the address that Cloud Run gives it, as in https://app.example; several with commas between."
  type        = string
  default     = ""
}

variable "trusted_proxies" {
  description = "How many proxies there are before it, Google's own included: 2 behind a load balancer. Empty for Google's alone."
  type        = string
  default     = ""
}

variable "min_instances" {
  description = "1 for an instance that is always there, 0 for none while nobody asks."
  type        = number
  default     = 0
}

variable "schedule_region" {
  description = "Where Cloud Scheduler starts the daily check; the region of the service unless given, but it is not in all regions."
  type        = string
  default     = ""
}

variable "admin_token_version" {
  description = "Count it up for a new admin token."
  type        = number
  default     = 1
}

variable "public" {
  description = "Whether everybody may read the pages."
  type        = bool
  default     = true
}
