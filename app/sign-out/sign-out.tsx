/** No action: those wait for the database to be writable, and signing out must not. */
export function SignOut() {
  return (
    <form action="/sign-out" method="post" className="bare">
      <button type="submit" className="second">
        Sign out
      </button>
    </form>
  )
}
