import { disk } from '../../settings.mjs'
import { pairs } from './service-flags.mjs'

/**
 * What gcloud is told of the disk of a service or a job: without one its file system is memory. It stays
 * from one revision to the next, so it is also told where there is to be none.
 * @param {string | undefined} size as in 10Gi
 * @param {string} path where it is mounted
 */
export function diskFlags(size, path) {
  const { volume, type } = disk
  if (!size) return { removeVolumeMount: path, removeVolume: volume }
  return {
    addVolume: pairs({ name: volume, type, size }),
    addVolumeMount: pairs({ volume, 'mount-path': path }),
  }
}
