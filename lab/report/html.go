package report

import (
	"bytes"
	_ "embed"
	"html/template"
	"io"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
)

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(pageCSS) },
}).Parse(pageHTML))

// HTML writes the page as one file: style and plots are in it, and it loads nothing else.
func HTML(w io.Writer, p Page) error {
	v, err := newView(p)
	if err != nil {
		return err
	}
	var out bytes.Buffer // whole or not at all
	if err := page.Execute(&out, v); err != nil {
		return err
	}
	_, err = out.WriteTo(w)
	return err
}
