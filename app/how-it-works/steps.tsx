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
