// Package texts is the catalogue: everything that the experiments and the report say, one file a language.
//
//	outcome, measures ──▶ Language.Say(key, values) ──▶ a sentence        en.json, es.json
//
// A text is found by its key, the names of the JSON objects that lead to it joined by dots. In a text stand placeholders:
//
//	{known}            a number or a name, as the language writes it
//	{page_ms:1}        a number with one digit behind the decimal sign
//	{n|call|calls}     one of two words: the first for the plural category "one", the second for all others
//
// Programs compare keys and numbers, never the texts.
package texts

import (
	"embed"
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/text/language"
)

// The languages that there are.
const (
	English = "en"
	Spanish = "es"
)

//go:embed en.json es.json
var files embed.FS

// A Language is a catalogue and a way of writing numbers. Get one with In.
type Language struct {
	Name string // en, es

	tag                language.Tag
	texts              map[string]string
	months             []string
	decimal, thousands string
}

// Languages lists the names of the languages, English first.
func Languages() []string { return []string{English, Spanish} }

// In returns a language by its name.
func In(name string) (*Language, error) {
	l, ok := loaded[name]
	if !ok {
		return nil, fmt.Errorf("there is no catalogue for the language %q", name)
	}
	return l, nil
}

// Must is In for a name that is in this package: it panics for any other.
func Must(name string) *Language {
	l, err := In(name)
	if err != nil {
		panic(err)
	}
	return l
}

// Best returns the language that fits what a reader asks for best: names as in Accept-Language, the most wanted first.
func Best(wanted ...string) *Language {
	_, at := language.MatchStrings(matcher, wanted...)
	return Must(Languages()[at])
}

var (
	loaded  = load()
	matcher = language.NewMatcher([]language.Tag{language.English, language.Spanish})
)

// load reads the catalogues. They are part of the program, so a mistake in one is a mistake in the program: it panics.
func load() map[string]*Language {
	all := map[string]*Language{}
	for _, name := range Languages() {
		file, err := files.ReadFile(name + ".json")
		if err != nil {
			panic(err)
		}
		var tree map[string]any
		if err := json.Unmarshal(file, &tree); err != nil {
			panic(fmt.Errorf("%s.json: %w", name, err))
		}
		l := &Language{Name: name, tag: language.MustParse(name), texts: map[string]string{}}
		flatten(l.texts, "", tree)
		l.months = strings.Fields(l.texts["format.months"])
		l.decimal, l.thousands = l.texts["format.decimal"], l.texts["format.thousands"]
		all[name] = l
	}
	return all
}

// flatten gives each text its key. A list of sentences is one text.
func flatten(into map[string]string, key string, value any) {
	switch value := value.(type) {
	case map[string]any:
		for name, inner := range value {
			flatten(into, strings.TrimPrefix(key+"."+name, "."), inner)
		}
	case []any:
		sentences := make([]string, len(value))
		for i, sentence := range value {
			sentences[i] = fmt.Sprint(sentence)
		}
		into[key] = strings.Join(sentences, " ")
	default:
		into[key] = fmt.Sprint(value)
	}
}

// Keys lists the keys of all texts, in no order.
func (l *Language) Keys() []string {
	keys := make([]string, 0, len(l.texts))
	for key := range l.texts {
		keys = append(keys, key)
	}
	return keys
}
