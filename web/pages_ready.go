//go:build replica

package web

import (
	"embed"
	"io/fs"
	"path"
)

// A container has the pages ready: `go run ./web/render` has written them before. Whoever renders templates has methods
// called by name, so that the linker has to keep every exported method of everything, and the program is half as large
// again.
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
