//go:build !replica

package web

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// bundle makes of a page's modules one script, and of its style sheets one sheet: about 60 requests would each cost a phone
// a round trip. split: what a page asks for only when it needs it stays apart. The source map, which only a developer's
// tools ask for, leads back to what was written.
//
// The files are those of the program itself, so a mistake in them is a mistake of the build, and a test finds it.
func (p page) bundle(files fs.FS, split bool) map[string][]byte {
	common := api.BuildOptions{
		Bundle: true, Target: api.ES2022, Sourcemap: api.SourceMapLinked, Outdir: "/assets",
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true, LegalComments: api.LegalCommentsNone,
		Plugins: []api.Plugin{reader(files)}, LogLevel: api.LogLevelSilent,
	}
	if p.Old {
		common.Target = api.ES2017
	}
	script := common
	script.EntryPointsAdvanced = []api.EntryPoint{{InputPath: "/js/" + p.Name + "/" + p.Name + ".js", OutputPath: p.Name}}
	script.Format, script.Splitting = api.FormatESModule, split
	builds := []api.BuildOptions{script}
	sheet := func(name string, parts []string) {
		imports := ""
		for _, part := range parts {
			imports += fmt.Sprintf("@import %q;\n", "/css/"+part+".css")
		}
		build := common
		build.Stdin = &api.StdinOptions{Contents: imports, Sourcefile: name + ".css", Loader: api.LoaderCSS}
		build.Outdir, build.Outfile = "", "/assets/"+name+".css"
		builds = append(builds, build)
	}
	if split && len(p.Later.Sheets) > 0 {
		sheet(p.Name, p.Sheets)
		sheet(p.Name+"-later", p.Later.Sheets)
	} else {
		sheet(p.Name, append(slices.Clone(p.Sheets), p.Later.Sheets...))
	}
	bundled := map[string][]byte{}
	for _, build := range builds {
		result := api.Build(build)
		if len(result.Errors) > 0 {
			panic(fmt.Sprintf("bundle %s: %s", p.Name, result.Errors[0].Text))
		}
		for _, out := range result.OutputFiles {
			bundled[out.Path] = out.Contents
		}
	}
	return bundled
}

var imported = regexp.MustCompile(`(?:import|from)"\./([^"]*)"`) // and not import("…"), which comes when it is needed

// partsOf are the scripts that a bundled script is nothing without, by their file names.
func partsOf(script []byte) []string {
	var parts []string
	for _, found := range imported.FindAllSubmatch(script, -1) {
		parts = append(parts, string(found[1]))
	}
	return parts
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
