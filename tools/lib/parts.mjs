import { buildIfChanged } from '../../packages/streamkeeper/src/cli/lib/build-if-changed.mjs'
import { litestream } from '../../packages/streamkeeper/src/cli/lib/litestream.mjs'
import { node } from '../../packages/streamkeeper/src/cli/lib/node.mjs'
import { baseImages } from './base-images.mjs'
import { browser } from './browser.mjs'
import { dependencies } from './dependencies.mjs'
import { engine } from './engine.mjs'
import { fakeGcsServer } from './fake-gcs-server.mjs'
import { image, nextImage } from './image.mjs'
import { oldLitestream } from './old-litestream.mjs'
import { pack } from './pack.mjs'
import { aroundPostgres, postgres } from './postgres.mjs'
import { seaweedfs } from './seaweedfs.mjs'
import { versitygw } from './versitygw.mjs'

/** What the tests are made with and of: each is made once, when it or what needs it is asked for. */
export const parts = {
  node: once(node),
  litestream: once(litestream),
  oldLitestream: once(oldLitestream),
  fakeGcsServer: once(fakeGcsServer),
  versitygw: once(versitygw),
  seaweedfs: once(seaweedfs),
  postgres: once(postgres),
  aroundPostgres: once(aroundPostgres),
  dependencies: once(dependencies),
  browser: once(async () => {
    await parts.dependencies()
    return browser(await parts.node())
  }),
  engine: once(async () => engine(await parts.litestream())),
  baseImages: once(async () => {
    const tools = { node: await parts.node(), litestream: await parts.litestream() }
    await baseImages(await parts.engine(), tools)
  }),
  build: once(async () => {
    await parts.dependencies()
    await buildIfChanged(await parts.node())
  }),
  /** The package as it is published, in a file. */
  tarball: once(async () => {
    await parts.dependencies()
    return pack(await parts.node())
  }),
  image: once(async () => {
    await parts.baseImages()
    return image(await parts.engine())
  }),
  nextImage: once(async () => {
    // It shares the layers.
    await parts.image()
    return nextImage(await parts.engine())
  }),
}

/** A function that makes a thing when it is first asked for it, and gives the same ever after. */
function once(make) {
  let made
  return () => {
    made ??= make()
    return made
  }
}
