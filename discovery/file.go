package discovery

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"
)

// FileSource reads the endpoints of services from a JSON file and follows its
// changes. It is the operator's word. Its methods may run at the same time.
//
// The file is one object: a list of endpoints for each service.
//
//	{
//	  "com.acme.Greeter": [
//	    {"addr": "10.0.0.1:12200", "zone": "a", "weight": 2},
//	    {
//	      "addr": "10.0.0.2:12200",         required: host:port, or unix:/path
//	      "id": "greeter-2",                stable name; default the address
//	      "protocol": "bolt",               the codec's name; default the client's
//	      "identity": "spiffe://acme/g",    whom it must prove to be
//	      "weight": 1,                      1 to 4294967295, default 1
//	      "priority": 0,                    0, the default, is used first
//	      "health": "healthy",              unknown (default), healthy, draining, unhealthy
//	      "region": "eu", "zone": "b", "subZone": "rack-7",
//	      "started": "2026-01-02T15:04:05Z",
//	      "labels": {"version": "v2"}
//	    }
//	  ],
//	  "com.acme.Billing": []
//	}
//
// Names are compared with their case. An unknown or repeated field, a value of
// another type, a wrong address, or an endpoint with the key of another one is an
// error. So are more than 4 MiB, and more than 65 536 endpoints of one service.
//
// The file is looked at every 500 ms, and read when its time, size or identity
// changed or its time is younger than 2 s, so a change is seen within 1 s.
// Writing in place, replacing by rename and the symbolic links of a Kubernetes
// ConfigMap all work. The only change that is not seen is one in place that
// keeps the size and puts an old time back.
//
// A service that a valid file does not list is Known with no endpoint, and with
// an Err that names those that it does list. A file
// that is wrong, half written, too large or not there is reported as Failed with
// a *FileError, and what it said last stays; a watch that begins meanwhile gets
// that as well, when this source has another watch on the file.
type FileSource struct {
	path  string
	every time.Duration

	mu    sync.Mutex
	files map[string]*watchedFile
}

// FileOption changes a default of a FileSource.
type FileOption func(*FileSource)

// PollEvery sets how often the file is looked at. Default 500 ms, and at least 1 ms.
func PollEvery(d time.Duration) FileOption {
	return func(s *FileSource) { s.every = max(d, time.Millisecond) }
}

// File returns a source that reads path. Targets like file:///path?service=S name
// their own file; with an empty path those are the only ones. The file need not
// exist yet.
func File(path string, opts ...FileOption) *FileSource {
	s := &FileSource{path: path, every: 500 * time.Millisecond, files: make(map[string]*watchedFile)}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Scheme returns "file".
func (s *FileSource) Scheme() string { return "file" }

// Params returns none.
func (s *FileSource) Params() []string { return nil }

// Authoritative returns true.
func (s *FileSource) Authoritative() bool { return true }

// CheckPath wants the path of a file on this machine.
func (s *FileSource) CheckPath(authority, path string) error {
	switch {
	case authority != "":
		return wrong(authority, "a path begins with the third slash: file:///path")
	case path == "/" || path[len(path)-1] == '/':
		return wrong(path, "want the path of a file")
	}
	return nil
}

// Watch follows the service of t in the file of t, or else in the source's own.
// It polls from the calling goroutine. It fails only when there is no file to read.
func (s *FileSource) Watch(ctx context.Context, t Target, update func(Update)) error {
	path := or(t.Path, s.path)
	if path == "" {
		return errors.New("discovery: target " + quote(t.String()) + " names no file, and the source has none: write File(path) or file:///path?service=NAME")
	}
	f := s.open(path)
	defer s.release(f)
	ticker := time.NewTicker(s.every)
	defer ticker.Stop()
	var seen fileView
	for {
		if v := f.look(s.every / 2); v.seq != seen.seq {
			report(v, seen.good, f.path, t.Service, update)
			seen = v
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// report gives what the file says, unless that is the list of before, and why it
// is not good now.
func report(v fileView, before uint64, path, service string, update func(Update)) {
	if v.list != nil && (v.err == nil || v.good != before) {
		eps, listed := v.list[service]
		u := Update{State: Known, Endpoints: eps}
		if !listed {
			u.Err = unlisted(path, service, v.list)
		}
		update(u)
	}
	if v.err != nil {
		update(Update{State: Failed, Err: v.err})
	}
}

// open returns what all watches of one file share.
func (s *FileSource) open(path string) *watchedFile {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[path]
	if f == nil {
		f = &watchedFile{path: path, seed: maphash.MakeSeed()}
		s.files[path] = f
	}
	f.watches++
	return f
}

// release forgets a file with its last watch.
func (s *FileSource) release(f *watchedFile) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.watches--; f.watches == 0 {
		delete(s.files, f.path)
	}
}
