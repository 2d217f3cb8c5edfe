package discovery_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/onrampmesh/onramp"
	"github.com/onrampmesh/onramp/discovery"
)

const (
	one = `{"orders": [{"addr": "a:1"}]}`
	two = `{"orders": [{"addr": "a:1"}, {"addr": "b:1"}]}`
)

// reading is a watch of a file in real time.
type reading struct {
	t     *testing.T
	words chan discovery.Update
}

func read(t *testing.T, src *discovery.FileSource, target discovery.Target) *reading {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &reading{t: t, words: make(chan discovery.Update, 100)}
	done := make(chan error)
	go func() { done <- src.Watch(ctx, target, func(u discovery.Update) { r.words <- u }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Watch returned %v", err)
		}
		for len(r.words) > 0 {
			u := <-r.words
			t.Errorf("a word that no one expected: %v %s %v", u.State, addrs(u), u.Err)
		}
	})
	return r
}

func (r *reading) next() discovery.Update {
	r.t.Helper()
	select {
	case u := <-r.words:
		return u
	case <-time.After(10 * time.Second):
		r.t.Fatal("nothing was heard")
		return discovery.Update{}
	}
}

func (r *reading) expect(want string) {
	r.t.Helper()
	if u := r.next(); u.State != discovery.Known || addrs(u) != want {
		r.t.Fatalf("heard %v %q %v, want %q", u.State, addrs(u), u.Err, want)
	}
}

func (r *reading) expectFailure(want string) *discovery.FileError {
	r.t.Helper()
	u := r.next()
	var e *discovery.FileError
	if u.State != discovery.Failed || !errors.As(u.Err, &e) || !strings.Contains(u.Err.Error(), want) {
		r.t.Fatalf("heard %v %q %v, want a failure with %q", u.State, addrs(u), u.Err, want)
	}
	return e
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func replace(t *testing.T, path, text string) {
	t.Helper()
	write(t, path+".new", text)
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
}

var quick = discovery.PollEvery(2 * time.Millisecond)

func TestFileReadsEveryField(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	write(t, path, `{
	  "orders": [
	    {"addr": "10.0.0.1:12200"},
	    {"addr": "[::1]:1", "id": "orders-2", "protocol": "bolt", "identity": "spiffe://acme/orders", "weight": 4294967295,
	     "priority": 2, "health": "draining", "region": "eu", "zone": "b", "subZone": "r7",
	     "started": "2026-01-02T15:04:05Z", "labels": {"version": "v2", "": "x"}}
	  ],
	  "other": []
	}`)
	u, _ := firstWord(t, discovery.File(path), orders)
	want := []onramp.Endpoint{{Addr: "10.0.0.1:12200"}, {
		ID: "orders-2", Addr: "[::1]:1", Protocol: "bolt", Identity: "spiffe://acme/orders", Weight: 1<<32 - 1,
		Priority: 2, Health: onramp.Draining, Locality: onramp.Locality{Region: "eu", Zone: "b", SubZone: "r7"},
		Started: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC), Labels: map[string]string{"version": "v2", "": "x"},
	}}
	if u.State != discovery.Known || !reflect.DeepEqual(u.Endpoints, want) {
		t.Errorf("got %v %+v", u.State, u.Endpoints)
	}
	for _, service := range []string{"other", "absent", "Orders"} {
		if u, _ := firstWord(t, discovery.File(path), discovery.Target{Service: service}); u.State != discovery.Known || len(u.Endpoints) != 0 {
			t.Errorf("%s: %v %+v", service, u.State, u.Endpoints)
		}
	}
}

func TestFileNamesTheWrongField(t *testing.T) {
	ep := func(fields string) string { return "{\n\"orders\": [\n{\"addr\": \"a:1\"},\n{" + fields + "}]}" }
	for _, c := range []struct {
		text, field, reason string
		line                int
	}{
		{"", "", "not JSON", 1},
		{"\n\n{\"orders\": [\n", "", "not JSON: unexpected end", 3},
		{"{\n\"orders\": [}", "", "not JSON: invalid character '}'", 2},
		{"{}\n{}", "", "not JSON", 2},
		{"[]", "", "want an object, have a list", 1},
		{"null", "", "want an object, have null", 1},
		{`{"": []}`, "", "no name", 1},
		{"{\"orders\": [],\n\"orders\": []}", "orders", "twice", 2},
		{`{"orders": {}}`, "orders", "want a list of endpoints, have an object", 1},
		{`{"orders": [1]}`, "orders[0]", "want an object, have 1", 1},
		{ep(`"addr": "b:1",` + "\n" + `"wieght": 1`), "orders[1].wieght", "unknown field, want one of addr, id", 5},
		{ep(`"Addr": "b:1"`), "orders[1].Addr", "unknown field", 4},
		{ep(`"addr": "b:1", "addr": "c:1"`), "orders[1].addr", "twice", 4},
		{ep(``), "orders[1].addr", "missing", 4},
		{ep(`"addr": ""`), "orders[1].addr", "no port", 4},
		{ep(`"addr": "b:99999"`), "orders[1].addr", `port "99999"`, 4},
		{ep(`"addr": 7`), "orders[1].addr", "want a string, have 7", 4},
		{ep(`"addr": "a:1"`), "orders[1]", `"a:1" is already endpoint [0]`, 4},
		{ep(`"addr": "b:1", "id": "a:1"`), "orders[1]", `"a:1" is already endpoint [0]`, 4},
		{ep(`"addr": "b:1", "weight": 0`), "orders[1].weight", `write "health": "draining"`, 4},
		{ep(`"addr": "b:1", "weight": -1`), "orders[1].weight", "whole number from 0", 4},
		{ep(`"addr": "b:1", "weight": 1.5`), "orders[1].weight", "have 1.5", 4},
		{ep(`"addr": "b:1", "weight": 4294967296`), "orders[1].weight", "have 4294967296", 4},
		{ep(`"addr": "b:1", "weight": "1"`), "orders[1].weight", `have "1"`, 4},
		{ep(`"addr": "b:1", "priority": true`), "orders[1].priority", "have true", 4},
		{ep(`"addr": "b:1", "health": "ill"`), "orders[1].health", "want unknown, healthy", 4},
		{ep(`"addr": "b:1", "started": "yesterday"`), "orders[1].started", "want a time like", 4},
		{ep(`"addr": "b:1", "labels": []`), "orders[1].labels", "want an object, have a list", 4},
		{ep(`"addr": "b:1", "labels": {"v": 2}`), "orders[1].labels.v", "want a string, have 2", 4},
		{ep(`"addr": "b:1", "labels": {"v": "2", "v": "3"}`), "orders[1].labels.v", "twice", 4},
	} {
		path := filepath.Join(t.TempDir(), "x.json")
		write(t, path, c.text)
		u, _ := firstWord(t, discovery.File(path), orders)
		e, ok := u.Err.(*discovery.FileError)
		if u.State != discovery.Failed || !ok {
			t.Errorf("%s: %v %v", c.text, u.State, u.Err)
			continue
		}
		if e.Field != c.field || e.Line != c.line || !strings.Contains(e.Reason, c.reason) || e.Path != path || !strings.Contains(e.Error(), path) {
			t.Errorf("%s: %v\n(%q, line %d)", c.text, e, e.Field, e.Line)
		}
	}
}

func TestFileFollowsChangesOfEveryKind(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	write(t, path, one)
	r := read(t, discovery.File(path, quick), orders)
	r.expect("a:1")
	replace(t, path, two)
	r.expect("a:1 b:1")
	write(t, path, strings.ReplaceAll(two, "b:1", "c:1")) // same size, in place
	for u := r.next(); addrs(u) != "a:1 c:1"; u = r.next() {
		if u.State == discovery.Known { // a half-written file is nothing but a failure
			t.Fatalf("heard %q", addrs(u))
		}
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path+".new", strings.ReplaceAll(two, "b:1", "d:1")) // same size and time, another file
	if err := os.Chtimes(path+".new", before.ModTime(), before.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	r.expect("a:1 d:1")
	replace(t, path, `{}`)
	r.expect("")
}

func TestFileSeesAChangeOfAnOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	write(t, path, one)
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	r := read(t, discovery.File(path), orders)
	r.expect("a:1")
	began := time.Now()
	replace(t, path, two)
	r.expect("a:1 b:1")
	if d := time.Since(began); d > time.Second {
		t.Errorf("the change was seen after %v", d)
	}
}

func TestFileSeesChangesThatKeepTimeOrSize(t *testing.T) {
	b := strings.ReplaceAll(one, "a:1", "b:1")
	for name, c := range map[string]struct {
		age  time.Duration // of the file's time, before and after
		text string
		put  func(t *testing.T, path, text string)
		want string
	}{
		"another file of this size":      {time.Hour, b, replace, "b:1"},
		"another size in this file":      {time.Hour, two, write, "a:1 b:1"},
		"this size and file, a new time": {-time.Hour, b, write, "b:1"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "endpoints.json")
			at := time.Now().Add(-c.age)
			put := func(text string, how func(t *testing.T, path, text string)) {
				t.Helper()
				how(t, path+".tmp", text)
				if err := os.Chtimes(path+".tmp", at, at); err != nil {
					t.Fatal(err)
				}
			}
			put(one, write)
			if err := os.Symlink(path+".tmp", path); err != nil {
				t.Fatal(err)
			}
			r := read(t, discovery.File(path, quick), orders)
			r.expect("a:1")
			put(c.text, c.put)
			for u := r.next(); addrs(u) != c.want; u = r.next() {
				if u.State == discovery.Known {
					t.Fatalf("heard %q", addrs(u))
				}
			}
		})
	}
}

func TestFileThatComesBackIsKnownAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	write(t, path, one)
	old := time.Now().Add(-time.Hour)
	if err := os.Chtimes(path, old, old); err != nil {
		t.Fatal(err)
	}
	r := read(t, discovery.File(path, quick), orders)
	r.expect("a:1")
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	r.expectFailure("no such file")
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	r.expect("a:1")
}

func TestFileIsForgottenWithItsLastWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	write(t, path, one)
	src := discovery.File(path)
	if u, _ := firstWord(t, src, orders); addrs(u) != "a:1" {
		t.Fatalf("got %q", addrs(u))
	}
	write(t, path, "{")
	if u, _ := firstWord(t, src, orders); u.State != discovery.Failed {
		t.Fatalf("got %v %q", u.State, addrs(u))
	}
}

func TestFileSaysTheSameThingOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		var words []string
		go func() {
			done <- discovery.File(path).Watch(ctx, orders, func(u discovery.Update) { words = append(words, u.State.String()) })
		}()
		for _, text := range []string{"", one, "{", one, two} {
			if text != "" {
				replace(t, path, text)
			}
			time.Sleep(10 * time.Second)
		}
		cancel()
		<-done
		if want := []string{"failed", "known", "failed", "known", "known"}; !slices.Equal(words, want) {
			t.Errorf("heard %v, want %v", words, want)
		}
	})
}

func TestFileKeepsTheLastGoodList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	src := discovery.File(path, quick)
	r := read(t, src, orders)
	if e := r.expectFailure("no such file"); !errors.Is(e, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", e)
	}
	replace(t, path, one)
	r.expect("a:1")
	replace(t, path, two[:20])
	r.expectFailure("not JSON")
	late := read(t, src, orders)
	late.expect("a:1")
	late.expectFailure("not JSON")
	for _, watch := range []*reading{r, late} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		watch.expectFailure("no such file")
	}
	replace(t, path, one) // the same as before: known again
	r.expect("a:1")
	late.expect("a:1")
	replace(t, path, strings.Repeat(" ", 4<<20)+one)
	r.expectFailure("larger than 4 MiB")
	late.expectFailure("larger than 4 MiB")
}

func TestFileThatIsNoFileFails(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, pipe} {
		u, _ := firstWord(t, discovery.File(path), orders)
		if u.State != discovery.Failed || !strings.Contains(u.Err.Error(), "not a regular file") {
			t.Errorf("%s: %v %v", path, u.State, u.Err)
		}
	}
	if _, err := firstWord(t, discovery.File(""), orders); err == nil || !strings.Contains(err.Error(), "names no file") {
		t.Errorf("got %v", err)
	}
}

// A ConfigMap volume is a link to a link to a directory; an update swaps the
// inner link for one to a new directory.
func TestFileFollowsTheLinksOfAConfigMap(t *testing.T) {
	dir := t.TempDir()
	deploy := func(name, text string) {
		t.Helper()
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name, "endpoints.json"), text)
		if err := os.Symlink(name, filepath.Join(dir, "..data_tmp")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
			t.Fatal(err)
		}
	}
	deploy("..v1", one)
	path := filepath.Join(dir, "endpoints.json")
	if err := os.Symlink("..data/endpoints.json", path); err != nil {
		t.Fatal(err)
	}
	r := read(t, discovery.File(path, quick), orders)
	r.expect("a:1")
	deploy("..v2", two)
	if err := os.RemoveAll(filepath.Join(dir, "..v1")); err != nil {
		t.Fatal(err)
	}
	r.expect("a:1 b:1")
}

func TestFileTargetsNameTheirOwnFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "my file.json"), two)
	write(t, filepath.Join(dir, "own.json"), one)
	src := discovery.File(filepath.Join(dir, "own.json"))
	target, err := grammar().Parse("file://" + dir + "/my%20file.json?service=orders/get")
	if err != nil {
		t.Fatal(err)
	}
	if u, _ := firstWord(t, src, target); addrs(u) != "a:1 b:1" {
		t.Errorf("got %q", addrs(u))
	}
	if u, _ := firstWord(t, src, orders); addrs(u) != "a:1" {
		t.Errorf("got %q", addrs(u))
	}
}

func TestFileBehindACacheFollowsTheOperator(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	write(t, path, `{"orders": [{"addr": "a:1"}, {"addr": "b:1"}, {"addr": "c:1"}]}`)
	c := discovery.NewCache(discovery.File(path, quick), quiet)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	heard := make(chan string, 10)
	go func() {
		heard <- fmt.Sprint(c.Watch(ctx, orders, yes, func(u discovery.Update) { heard <- addrs(u) }))
	}()
	expect := func(want string) {
		t.Helper()
		if got := <-heard; got != want {
			t.Fatalf("heard %q, want %q", got, want)
		}
	}
	expect("a:1 b:1 c:1")
	replace(t, path, `{"orders": []}`)
	expect("")
	replace(t, path, "{")
	for s, _ := c.Status(orders); s.State != discovery.Failed; s, _ = c.Status(orders) {
		runtime.Gosched()
	}
	replace(t, path, one)
	expect("a:1")
	cancel()
	expect("context canceled")
}

func TestFileThatDoesNotListAServiceSaysWhatItLists(t *testing.T) {
	path := filepath.Join(t.TempDir(), "endpoints.json")
	for text, want := range map[string]string{
		`{}`: `lists no service`,
		`{"a": [], "b": [], "c": [], "d": [], "order": [{"addr": "a:1"}]}`: `lists no orders (it lists order, a, b, c and 1 more)`,
	} {
		write(t, path, text)
		u, _ := firstWord(t, discovery.File(path), orders)
		if u.State != discovery.Known || len(u.Endpoints) != 0 || u.Err == nil || !strings.Contains(u.Err.Error(), want) {
			t.Errorf("%s: %v %v, want %q", text, u.State, u.Err, want)
		}
	}
	write(t, path, `{"orders": []}`)
	if u, _ := firstWord(t, discovery.File(path), orders); u.State != discovery.Known || u.Err != nil {
		t.Errorf("an empty list: %v %v", u.State, u.Err)
	}
}
