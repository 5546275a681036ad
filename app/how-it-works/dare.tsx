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
