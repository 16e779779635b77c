//go:build !replica

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"authlab/lab/experiment"
)

// canRecord makes the folder for recordings, and returns an error if no file can be written there. Empty: there is none.
func canRecord(dir string) error {
	if dir == "" {
		return nil
	}
	err := os.MkdirAll(dir, 0o777)
	if err == nil {
		err = checkOutput(recordingFile(dir, "any"))
	}
	if err != nil {
		return fmt.Errorf("--record %s: %w", dir, err)
	}
	return nil
}

func recordingFile(dir, name string) string { return filepath.Join(dir, name+".json") }

// writeRecordings writes the recording of each experiment that has one, and takes them out of the report, which is short.
func writeRecordings(dir string, report experiment.Report) error {
	var failed []error
	for i, e := range report.Experiments {
		report.Experiments[i].Recording = nil
		if dir == "" || e.Recording == nil {
			continue
		}
		text, err := json.Marshal(e.Recording)
		if err == nil {
			err = replaceFile(recordingFile(dir, e.Name), append(text, '\n'))
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}
