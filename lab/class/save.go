package class

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"authlab/lab/experiment/texts"
)

// A Line is what is kept of one person and one question. Votes are the texts of the choices; empty: none.
type Line struct {
	Round      int    `json:"round"`
	Experiment string `json:"experiment"`
	Scheme     string `json:"scheme"`
	Nickname   string `json:"nickname"`
	First      string `json:"first"`
	Second     string `json:"second"`
	Seen       string `json:"seen"`
	Measured   string `json:"measured"`
	Right      bool   `json:"right"`
}

// A Keeper keeps the lines of a round that is over.
type Keeper interface{ Keep([]Line) error }

// keep hands the lines of a round to the Keeper. c.mu is held.
func (c *Class) keep(r *round) {
	if c.config.Keep == nil {
		return
	}
	l := texts.Must(texts.English) // choices are told apart by their text, so it is in one language
	text := func(choice *int) string {
		if choice == nil || *choice < 0 {
			return ""
		}
		return r.choices[*choice].In(l, r.experiment.Name)
	}
	var lines []Line
	for _, p := range c.people {
		lines = append(lines, Line{
			r.Number, r.experiment.Name, r.scheme, p.name, text(r.vote(voting, p.number)), text(r.vote(again, p.number)),
			text(r.vote(observed, p.number)), text(&r.measured), r.isRight(p.number),
		})
	}
	c.keepFailed = c.config.Keep.Keep(lines) != nil
}

// A File is a Keeper that writes each round to two files as soon as it is over.
type File struct{ csv, json *os.File }

// NewFile makes the files name.csv and name.jsonl; name may end with either. It overwrites nothing.
func NewFile(name string) (*File, error) {
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".csv"), ".jsonl")
	create := func(name string) (*os.File, error) {
		return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the teacher names it
	}
	table, err := create(name + ".csv")
	if err != nil {
		return nil, err
	}
	objects, err := create(name + ".jsonl")
	if err != nil {
		return nil, errors.Join(err, table.Close(), os.Remove(name+".csv"))
	}
	_, err = fmt.Fprintln(table, "round,experiment,scheme,nickname,first,second,seen,measured,right")
	return &File{table, objects}, err
}

// Keep implements Keeper.
func (f *File) Keep(lines []Line) error {
	table, objects := csv.NewWriter(f.csv), json.NewEncoder(f.json)
	for _, l := range lines {
		record := []string{strconv.Itoa(l.Round), l.Experiment, l.Scheme, l.Nickname, l.First, l.Second, l.Seen, l.Measured, strconv.FormatBool(l.Right)}
		for i, field := range record {
			record[i] = asText(field)
		}
		if err := errors.Join(table.Write(record), objects.Encode(l)); err != nil {
			return err
		}
	}
	table.Flush()
	return table.Error()
}

// asText keeps a spreadsheet from taking a nickname for a formula.
func asText(field string) string {
	if field != "" && strings.ContainsRune("=+-@", rune(field[0])) {
		return "'" + field
	}
	return field
}

// Close closes the files.
func (f *File) Close() error { return errors.Join(f.csv.Close(), f.json.Close()) }
