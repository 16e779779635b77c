//go:build replica

package web

import (
	"embed"
	"io/fs"
	"path"
)

// A container's pages are rendered at build time, by `go run ./web/render`. A program that renders templates can call any
// method by name, so the linker keeps every exported method: 32.9 MB, and 20.0 MB without.
//
//go:embed rendered
var ready embed.FS

func renderedPages() map[string][]byte {
	rendered := map[string][]byte{}
	err := fs.WalkDir(ready, "rendered", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			rendered[path.Base(name)], err = ready.ReadFile(name)
		}
		return err
	})
	if err != nil {
		panic(err) // what is embedded can be read
	}
	return rendered
}
