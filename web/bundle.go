//go:build !replica

package web

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundle makes of a page's modules one script, and of its style sheets one sheet: about 60 requests would each cost a phone
// a round trip. split: what a page loads only when it needs it becomes a file of its own. The source map, which only a developer's
// tools ask for, leads back to what was written.
//
// The files are those of the program itself, so a mistake in them is a mistake of the build, and a test finds it.
func (p page) bundle(files fs.FS, split bool) map[string][]byte {
	sheets := map[string][]string{p.Name: slices.Concat(p.Sheets, p.Late)}
	if split {
		sheets[p.Name] = p.Sheets
		for _, late := range p.Late {
			sheets[late] = []string{late}
		}
	}
	common := api.BuildOptions{
		Bundle: true, Target: api.ES2022, Sourcemap: api.SourceMapLinked,
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, LegalComments: api.LegalCommentsNone,
		Plugins: []api.Plugin{reader(files)}, LogLevel: api.LogLevelSilent,
	}
	script := common
	script.EntryPointsAdvanced = []api.EntryPoint{{InputPath: "/js/" + p.Name + "/" + p.Name + ".js", OutputPath: p.Name}}
	script.Format, script.Splitting, script.Outdir = api.FormatESModule, split, "/assets"
	all := []api.BuildOptions{script}
	for name, parts := range sheets {
		sheet, imports := common, ""
		for _, part := range parts {
			imports += fmt.Sprintf("@import %q;\n", "/css/"+part+".css")
		}
		sheet.Stdin, sheet.Outfile = &api.StdinOptions{Contents: imports, Sourcefile: name + ".css", Loader: api.LoaderCSS}, "/assets/"+name+".css"
		all = append(all, sheet)
	}
	bundled := map[string][]byte{}
	for _, options := range all {
		result := api.Build(options)
		if len(result.Errors) > 0 {
			panic(fmt.Sprintf("bundle %s: %s", p.Name, result.Errors[0].Text))
		}
		for _, out := range result.OutputFiles {
			bundled[out.Path] = out.Contents
		}
	}
	return bundled
}

var loaders = map[string]api.Loader{".js": api.LoaderJS, ".css": api.LoaderCSS}

// reader lets the bundler read from what is embedded.
func reader(files fs.FS) api.Plugin {
	return api.Plugin{Name: "embedded", Setup: func(build api.PluginBuild) {
		build.OnResolve(api.OnResolveOptions{Filter: ".*"}, func(wanted api.OnResolveArgs) (api.OnResolveResult, error) {
			name := wanted.Path
			if !path.IsAbs(name) {
				name = path.Join(path.Dir(wanted.Importer), name)
			}
			return api.OnResolveResult{Path: name, Namespace: "embedded"}, nil
		})
		build.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: "embedded"}, func(wanted api.OnLoadArgs) (api.OnLoadResult, error) {
			content, err := fs.ReadFile(files, strings.TrimPrefix(wanted.Path, "/"))
			text := string(content)
			return api.OnLoadResult{Contents: &text, Loader: loaders[path.Ext(wanted.Path)]}, err
		})
	}}
}
