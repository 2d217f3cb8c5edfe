package discovery

import (
	"fmt"
	"slices"
	"time"
)

const (
	// askEvery is how often the endpoints behind an empty set are asked for.
	askEvery = time.Second
	// paceEvery and paceBurst bound the changes of a flapping registry: two a
	// second after a burst of four.
	paceEvery = 500 * time.Millisecond
	paceBurst = 4
)

// judge decides for one target what of a source's words applies. It is pure: no
// goroutine, lock or clock. Its owner hands it the words by hear, and calls step
// at once and whenever next says.
type judge struct {
	debounce, hold time.Duration
	authoritative  bool

	state State // of the last word
	heard time.Time
	err   error
	errAt time.Time
	empty error // why the last Known has no endpoint, if it said so

	truth *Update   // the last Known or Gone; nil before the first
	open  bool      // truth was not judged yet
	due   time.Time // when it will be
	paced time.Time // when the burst is used up and paid back

	list *Update // what applies; nil before the first
	held Hold
	wake time.Time // when the hold is judged again
}

// Hold is a list that the Cache does not believe yet, or the zero value.
type Hold struct {
	// Reason says what is held and why, "" when nothing is.
	Reason string
	// Since is when the hold began.
	Since time.Time
	// Until is when the source's word applies; past it, an empty set waits for
	// the last endpoint that answers.
	Until time.Time

	state State // of the word that is held: Known or Gone
}

// hear takes a word of the source.
func (j *judge) hear(now time.Time, u Update) {
	j.state = u.State
	switch u.State {
	case Known, Gone:
		j.truth, j.heard, j.empty = &u, now, nil
		if len(u.Endpoints) == 0 {
			j.empty = u.Err
		}
		if !j.open {
			j.open, j.due = true, j.window(now)
		}
	case Failed:
		j.err, j.errAt = u.Err, now
	}
}

// window returns when a word heard now will be judged.
func (j *judge) window(now time.Time) time.Time {
	if j.list == nil || j.authoritative {
		return now
	}
	due := now.Add(j.debounce)
	if paid := j.paced.Add(-(paceBurst - 1) * paceEvery); paid.After(due) {
		return paid
	}
	return due
}

// next returns when step must be called, and false when nothing is waited for.
func (j *judge) next() (at time.Time, ok bool) {
	if j.held.Reason != "" {
		at, ok = j.wake, true
	}
	if j.open && (!ok || j.due.Before(at)) {
		at, ok = j.due, true
	}
	return at, ok
}

// asks reports whether step at this moment may depend on its argument alive.
func (j *judge) asks(now time.Time) bool {
	at, ok := j.next()
	return ok && !now.Before(at) && !j.authoritative && j.emptied() && j.list != nil
}

// emptied reports whether the truth is an empty set that nobody explained.
func (j *judge) emptied() bool {
	return j.truth != nil && j.truth.State == Known && len(j.truth.Endpoints) == 0
}

// step judges what is due. alive says whether any endpoint of the list answers.
// It reports whether the list changed.
func (j *judge) step(now time.Time, alive bool) bool {
	if at, ok := j.next(); !ok || now.Before(at) {
		return false
	}
	j.open = false
	kept, reason := j.weigh()
	if reason == "" {
		j.held = Hold{}
		return j.apply(now, j.truth)
	}
	if j.held.Reason == "" || j.held.state != j.truth.State {
		j.held = Hold{state: j.truth.State, Since: now, Until: now.Add(j.hold)}
	}
	j.held.Reason = reason
	if now.Before(j.held.Until) {
		j.wake = j.held.Until
		return j.apply(now, kept)
	}
	if alive && j.emptied() {
		j.wake = now.Add(askEvery)
		return false
	}
	j.held = Hold{}
	return j.apply(now, j.truth)
}

// weigh compares the truth with the list. Without a reason the truth applies;
// with one, kept does for the time being. Judging kept against the same truth
// gives the same answer, so that it does not matter how often it is done.
func (j *judge) weigh() (kept *Update, reason string) {
	if j.list == nil || j.authoritative || len(j.list.Endpoints) == 0 {
		return nil, ""
	}
	n := len(j.list.Endpoints)
	switch lost := missing(j.list.Endpoints, j.truth.Endpoints); {
	case j.truth.State == Gone:
		return j.list, fmt.Sprintf("the registry says that the service is gone; its %d endpoints stay for now", n)
	case j.emptied():
		return j.list, fmt.Sprintf("the registry lists no endpoint any more and does not say why; the %d known ones stay while one of them answers", n)
	case len(lost) > len(j.truth.Endpoints):
		u := *j.truth
		u.Endpoints = append(slices.Clip(u.Endpoints), lost[:min(len(lost), maxEndpoints-len(u.Endpoints))]...)
		return &u, fmt.Sprintf("the registry lists only %d endpoints and lost %d at once; those stay for now", len(j.truth.Endpoints), len(lost))
	}
	return nil, ""
}

// apply makes u the list, unless it is the same.
func (j *judge) apply(now time.Time, u *Update) bool {
	if j.list != nil && sameUpdate(j.list, u) {
		return false
	}
	j.list = u
	if j.paced.Before(now) {
		j.paced = now
	}
	j.paced = j.paced.Add(paceEvery)
	return true
}
