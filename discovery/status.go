package discovery

import "time"

// Status is what a Cache knows of one target at one moment.
type Status struct {
	// State is what the source said last.
	State State
	// Endpoints is how many the list that applies has. Listed says whether there
	// is a list at all.
	Endpoints int
	Listed    bool
	// Heard is when the source last said Known or Gone, zero for never.
	Heard time.Time
	// Age is the time since Heard. Beside a State of Known it only says that
	// nothing changed; beside Failed, how old the list is that is still used.
	Age time.Duration
	// Err is the last error of the source and ErrAt when it came. They stay when
	// the source recovers.
	Err   error
	ErrAt time.Time
	// Empty is what the source said last of why it lists no endpoint, nil when it
	// lists one or said nothing.
	Empty error
	// Held is what is not believed yet, and why.
	Held Hold
	// Restarts is how often the source's Watch returned and was started again.
	Restarts int
	// Watchers is how many watch the target.
	Watchers int
}

func (j *judge) status(now time.Time) Status {
	s := Status{State: j.state, Heard: j.heard, Err: j.err, ErrAt: j.errAt, Empty: j.empty, Held: j.held}
	if !j.heard.IsZero() {
		s.Age = now.Sub(j.heard)
	}
	s.Listed, s.Endpoints = j.list != nil, j.endpoints()
	return s
}

// endpoints is how many the list has.
func (j *judge) endpoints() int {
	if j.list == nil {
		return 0
	}
	return len(j.list.Endpoints)
}
