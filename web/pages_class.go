//go:build !replica

package web

import "sync"

// The pages of a class: a phone's, the projector's, and what came of it, on paper. Only a class serves them.
var classPages = []page{
	{Name: "join", Path: "/join", Sheets: []string{"palette", "base", "join"}, Texts: []string{"join", "scheme"}, Old: true},
	{
		Name: "wall", Path: "/wall", Sheets: []string{"palette", "base", "stage", "film", "wall"},
		Texts: []string{"wall", "scheme", "verdict", "walkthrough", "stage", "film", "problem", "shell", "wire"},
	},
	{Name: "result", Path: "/result", Sheets: []string{"palette", "base", "result"}, Texts: []string{"result"}},
}

// NewClassPages returns the pages of a class.
func NewClassPages() *Pages { return newPages(classPages, classFiles()) }

var classFiles = sync.OnceValue(func() map[string]file { return filesOf(makeFiles(classPages)) })
