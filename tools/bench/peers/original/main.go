// The Go sample that this project follows, rebuilt from its description: each visit is one insert,
// and the answer counts the rows.
package main

import (
	"database/sql"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"

	_ "github.com/mattn/go-sqlite3"
)

func main() {
	// DSN says which journal: _journal_mode=DELETE or WAL.
	db, err := sql.Open("sqlite3", os.Getenv("DSN"))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE IF NOT EXISTS page_views (id INTEGER PRIMARY KEY, timestamp TEXT)`); err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		count, err := visit(db)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "This server has been visited %d times.\n", count)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func visit(db *sql.DB) (count int, err error) {
	tx, err := db.Begin()
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	if _, err := tx.Exec(`INSERT INTO page_views (timestamp) VALUES (?)`, time.Now().Format(time.RFC3339)); err != nil {
		return 0, err
	}
	if err := tx.QueryRow(`SELECT COUNT(1) FROM page_views`).Scan(&count); err != nil {
		return 0, err
	}
	return count, tx.Commit()
}
