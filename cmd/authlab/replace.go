package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// checkOutput tells, before long work begins, whether a file can be written. It leaves nothing behind.
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

// replaceFile writes a file in one step: the old one is there until the new one is complete, and stays if writing fails.
func replaceFile(path string, content []byte) error {
	path, info, err := existing(path)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o666)
	if info != nil && !info.Mode().IsRegular() { // /dev/null must not be replaced by a file
		return os.WriteFile(path, content, mode)
	}
	if info != nil {
		mode = info.Mode().Perm()
	}
	draft, err := writeDraft(path, content, mode, info != nil)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(draft, path)
}

// makeSecret makes a file in one step, by linking a complete draft to its path: no other process can read a part of it. If
// there is a file already, it stays. made tells whether it was made now.
func makeSecret(path string, text []byte, mode fs.FileMode) (made bool, err error) {
	draft, err := writeDraft(path, text, mode, true)
	if err != nil {
		return false, err
	}
	defer os.Remove(draft)
	err = os.Link(draft, path)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	return err == nil, err
}

// existing follows symbolic links to the file to be written, and returns what is there, nil if nothing. A directory is an
// error.
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

// writeDraft writes a hidden file in the directory of path. exact: it has this mode, else less the umask. After an error there is
// none.
func writeDraft(path string, content []byte, mode fs.FileMode, exact bool) (name string, err error) {
	draft, err := newDraft(path, mode&0o666)
	if err != nil {
		return "", err
	}
	_, err = draft.Write(content)
	if exact {
		err = errors.Join(err, draft.Chmod(mode))
	}
	if err = errors.Join(err, draft.Close()); err != nil {
		os.Remove(draft.Name())
	}
	return draft.Name(), err
}

// newDraft makes a hidden file in the directory of path, with mode less the umask.
func newDraft(path string, mode fs.FileMode) (*os.File, error) {
	name := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+"-"+rand.Text()[:8])
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
}
