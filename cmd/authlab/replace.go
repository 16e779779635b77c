package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// checkOutput tells whether a file could be written, before long work begins, and leaves nothing behind.
func checkOutput(path string) error {
	if path == "-" {
		return nil
	}
	path, info, err := existing(path)
	if err != nil {
		return err
	}
	if info != nil && !info.Mode().IsRegular() {
		return nil // a device or a pipe
	}
	draft, err := newDraft(path, 0o666)
	if err != nil {
		return err
	}
	return errors.Join(draft.Close(), os.Remove(draft.Name()))
}

// replaceFile writes a file in one step: the one before is there until the new one is whole, and stays if that fails.
func replaceFile(path string, content []byte) (err error) {
	path, info, err := existing(path)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o666)
	if info != nil {
		if !info.Mode().IsRegular() { // /dev/null must not be replaced by a file
			return os.WriteFile(path, content, mode)
		}
		mode = info.Mode().Perm()
	}
	draft, err := newDraft(path, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(draft.Name())
		}
	}()
	if info != nil {
		err = draft.Chmod(mode) // as the one before, whatever the umask
	}
	if err == nil {
		_, err = draft.Write(content)
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(draft.Name(), path)
}

// existing follows links to what is to be written, and says what is there: nil if nothing. A directory is refused.
func existing(path string) (real string, info fs.FileInfo, err error) {
	real, err = filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	if info, err = os.Stat(real); err != nil {
		return "", nil, err
	}
	if info.IsDir() {
		return "", nil, usageError{fmt.Errorf("%s is a directory; name a file, as in -o %s", path, filepath.Join(path, "report.html"))}
	}
	return real, info, nil
}

// newDraft makes a file beside the one that it will become, with the rights that the umask leaves.
func newDraft(path string, mode fs.FileMode) (*os.File, error) {
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"-"+rand.Text()[:8])
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
}
