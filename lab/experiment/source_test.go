package experiment

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A goFile is what one file of this package says, by its source.
type goFile struct {
	name        string
	experiments []string        // those that it has
	literals    map[string]bool // all strings in it
	outcomes    []saying
}

// A saying is a call of says or composed with a key that is a literal.
type saying struct {
	key  string
	args []string // the placeholders that it can fill
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []goFile
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		file := goFile{name: name, literals: map[string]bool{}}
		for _, declared := range parsed.Decls {
			file.read(declared)
		}
		files = append(files, file)
	}
	return files
}

// read notes what one declaration says.
func (f *goFile) read(declared ast.Decl) {
	first := len(f.outcomes)
	var parts []string // that a function puts into the field Of, after says
	ast.Inspect(declared, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			f.literals[literal(n)] = true
		case *ast.KeyValueExpr:
			if field, ok := n.Key.(*ast.Ident); ok && field.Name == "Name" && isExperiment(literal(n.Value)) {
				f.experiments = append(f.experiments, literal(n.Value))
			}
		case *ast.CallExpr:
			if s, ok := sayingOf(n); ok {
				f.outcomes = append(f.outcomes, s)
			}
		case *ast.AssignStmt:
			field, isField := n.Lhs[0].(*ast.SelectorExpr)
			if of, ok := n.Rhs[0].(*ast.CompositeLit); ok && isField && field.Sel.Name == "Of" {
				parts = partsOf(len(of.Elts))
			}
		}
		return true
	})
	for i := range f.outcomes[first:] {
		f.outcomes[first+i].args = append(f.outcomes[first+i].args, parts...)
	}
}

// partsOf are the placeholders of an outcome that is composed of so many.
func partsOf(n int) []string {
	parts := []string{"all"}
	for i := range n {
		parts = append(parts, strconv.Itoa(i+1))
	}
	return parts
}

func isExperiment(name string) bool {
	return slices.ContainsFunc(All(), func(e Experiment) bool { return e.Name == name })
}

// literal is the text of a string literal, and nothing for everything else.
func literal(e ast.Node) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		text, _ := strconv.Unquote(lit.Value) // it was parsed
		return text
	}
	return ""
}

func sayingOf(call *ast.CallExpr) (saying, bool) {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || len(call.Args) == 0 || literal(call.Args[0]) == "" {
		return saying{}, false
	}
	s := saying{key: literal(call.Args[0])}
	switch method.Sel.Name {
	case "says":
		for i := 1; i < len(call.Args); i += 2 {
			s.args = append(s.args, literal(call.Args[i]))
		}
		return s, true
	case "composed":
		if s.args = partsOf(len(call.Args) - 1); call.Ellipsis.IsValid() {
			s.args = partsOf(0)
		}
		return s, true
	}
	return saying{}, false
}
