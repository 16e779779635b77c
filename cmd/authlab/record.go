//go:build !replica

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"authlab/lab/contract"
	"authlab/lab/experiment"
)

// canRecord makes the folder for recordings, and returns an error if no file can be written there. Empty: there is none.
func canRecord(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("--record %s: %w", dir, err)
	}
	f, err := os.CreateTemp(dir, ".authlab-*")
	if err != nil {
		return fmt.Errorf("--record %s: %w", dir, err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// writeRecordings writes the recording of each experiment that has one, and takes them out of the report, which is short.
func writeRecordings(dir string, report experiment.Report) error {
	var failed []error
	for i, e := range report.Experiments {
		if dir != "" && e.Recording != nil {
			failed = append(failed, writeRecording(filepath.Join(dir, e.Name+".json"), e.Recording))
		}
		report.Experiments[i].Recording = nil
	}
	return errors.Join(failed...)
}

// writeRecording replaces the file of an earlier recording at once: a reader finds the old or the new one, and never a part.
func writeRecording(path string, recording *contract.Recording) error {
	text, err := json.Marshal(recording)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".authlab-*")
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("record: %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}
