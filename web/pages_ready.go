//go:build replica

package web

import (
	"embed"
	"io/fs"
	"strings"
)

// A container's pages and files are made at build time, by `go run ./web/render`. A program that renders templates can call any
// method by name, so the linker keeps every exported method: 32.9 MB, and 20.0 MB without.
//
//go:embed rendered
var ready embed.FS

func madeFiles() map[string][]byte {
	made := map[string][]byte{}
	err := fs.WalkDir(ready, "rendered", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		address := strings.TrimPrefix(name, "rendered/")
		if strings.HasPrefix(address, "assets/") {
			address = "/" + address
		}
		made[address], err = ready.ReadFile(name)
		return err
	})
	if err != nil {
		panic(err) // what is embedded can be read
	}
	return made
}
