package discovery

import (
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/onrampmesh/onramp"
)

const (
	// maxFile bounds what is read of a file.
	maxFile = 4 << 20
	// settled is the age from which on a file's time tells its content: file
	// systems and kernels count in steps of up to two seconds.
	settled = 2 * time.Second
)

// watchedFile is one file while it is watched. Its watches look at it in turn.
type watchedFile struct {
	path    string
	seed    maphash.Seed
	watches int // guarded by the source

	mu     sync.Mutex
	looked time.Time
	info   fs.FileInfo // when it was read; nil when the last attempt failed
	read   time.Time
	hash   uint64
	view   fileView
}

// fileView is what a file says. It is immutable.
type fileView struct {
	seq  uint64                       // grows with every change
	list map[string][]onramp.Endpoint // the last good one, nil before it
	good uint64                       // the seq that list came with
	err  error                        // why the file is not good now
}

// look returns what the file says, and looks at it unless somebody did within fresh.
func (f *watchedFile) look(fresh time.Duration) fileView {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := time.Now(); now.Sub(f.looked) >= fresh {
		f.looked = now
		f.refresh(now)
	}
	return f.view
}

// refresh reads the file when it may have changed.
func (f *watchedFile) refresh(now time.Time) {
	info, err := os.Stat(f.path)
	if err == nil && f.unchanged(info) {
		return
	}
	var data []byte
	if err == nil {
		data, info, err = readFile(f.path)
	}
	if err != nil {
		f.info = nil
		f.fail(&FileError{Path: f.path, Reason: err.Error(), Err: err})
		return
	}
	hash := maphash.Bytes(f.seed, data)
	same := f.info != nil && hash == f.hash
	f.info, f.read, f.hash = info, now, hash
	if same {
		return
	}
	list, wrong := parseFile(data)
	if wrong != nil {
		wrong.Path = f.path
		f.fail(wrong)
		return
	}
	seq := f.view.seq + 1
	f.view = fileView{seq: seq, list: list, good: seq}
}

// unchanged reports whether the file's entry proves that its content is the one
// that was read.
func (f *watchedFile) unchanged(info fs.FileInfo) bool {
	return f.info != nil && os.SameFile(f.info, info) && f.info.Size() == info.Size() &&
		f.info.ModTime().Equal(info.ModTime()) && f.read.Sub(info.ModTime()) >= settled
}

// fail keeps the list and says why the file is not good.
func (f *watchedFile) fail(err *FileError) {
	if f.view.err == nil || f.view.err.Error() != err.Error() {
		f.view.seq++
		f.view.err = err
	}
}

// readFile reads a regular file of at most maxFile bytes. The info is from before
// the read, so that a write meanwhile shows at the next look.
func readFile(path string) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would block
		return nil, nil, errors.New("it is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	if info, err = file.Stat(); err != nil {
		return nil, nil, err
	}
	if info.Size() > maxFile {
		return nil, nil, errTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = errTooLarge
	}
	return data, info, err
}

var errTooLarge = errors.New("it is larger than 4 MiB")
