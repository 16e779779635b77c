//go:build !replica

// Command render writes the pages and what they load into web/rendered, which a build with the tag replica embeds. Run it at the top of the
// repository.
package main

import (
	"log"
	"path/filepath"

	"authlab/web"
)

func main() {
	if err := web.WriteFiles(filepath.Join("web", "rendered")); err != nil {
		log.Fatal(err)
	}
}
