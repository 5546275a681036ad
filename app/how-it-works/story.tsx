/** The numbers are those in the drawing. */
export function Steps() {
  return (
    <section aria-labelledby="steps">
      <h2 id="steps">When you sign the guestbook</h2>
      <ol className="steps">
        <li>
          <b>Your browser sends the entry</b> to the instance that leads. It holds a lease, an
          object in the bucket that only one can have.
        </li>
        <li>
          <b>SQLite commits it</b> to a file on the container’s disk. That takes a millisecond, and
          is no promise yet: the disk goes with the container.
        </li>
        <li>
          <b>The server asks Litestream to sync</b>. All who write at the same moment share one
          upload.
        </li>
        <li>
          <b>Litestream uploads the change</b> to a path that only this leadership writes to, its
          epoch.
        </li>
        <li>
          <b>The bucket confirms.</b> Then the server looks at its lease once more: only while that
          is valid is its epoch the one that others restore.
        </li>
        <li>
          <b>You read “saved”.</b> Where any of this fails you are told so instead, and sending it
          again never writes it twice.
        </li>
      </ol>
      <p className="quiet">
        Visits are counted without waiting for the bucket. A crash may lose those of its last
        second.
      </p>
    </section>
  )
}

/** How to see for oneself that the promise is kept. */
export function Dare() {
  return (
    <section className="dare" aria-labelledby="dare">
      <h2 id="dare">Kill it, and reload</h2>
      <p>
        Sign the guestbook, wait for “saved”, and pull the plug of your own copy. Pick a way that
        takes the disk along:
      </p>
      <dl>
        <dt>On your machine</dt>
        <dd>
          Press Ctrl-C, and then
          <pre>
            <code>{'rm data/app.db*\nnpm start'}</code>
          </pre>
        </dd>
        <dt>In a container</dt>
        <dd>
          <pre>
            <code>{'docker kill CONTAINER\ndocker run … IMAGE'}</code>
          </pre>
        </dd>
        <dt>On Cloud Run</dt>
        <dd>
          <pre>
            <code>
              {'gcloud run services update SERVICE \\\n  --update-env-vars DARE=$(date +%s)'}
            </code>
          </pre>
        </dd>
      </dl>
      <p>Reload this site, and look at the front page and the guestbook:</p>
      <ul>
        <li>While the data is being restored, a page says so and asks again by itself.</li>
        <li>Then everything can be read: each entry that was acknowledged, once.</li>
        <li>
          After a kill, the lease of the dead instance has to run out before anybody can sign: 5
          seconds at most.
        </li>
        <li>The number goes on, and the epoch is a new one.</li>
      </ul>
    </section>
  )
}
